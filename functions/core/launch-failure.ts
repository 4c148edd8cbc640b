import type { LaunchFailure } from "./runner-provider.ts";

/** What a compute service answered instead of starting a runner. */
export type ProviderFailure = {
  /** `failures` is the list that RunTask returns with status 200; everything else is thrown. */
  readonly channel: "failures" | "thrown";
  /** Name of the exception, or `reason` of the failure. */
  readonly name: string;
  readonly message: string;
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
};

type Rule = readonly [kind: LaunchFailure["kind"], name: RegExp, message: RegExp];

const any = /^/u;
const throttle = /request limit exceeded|RequestLimitExceeded|rate exceeded|too ?many ?requests/iu;
const noCapacity = /capacity is unavailable|insufficient capacity/iu;

/**
 * The first rule that fits decides. The services say the same thing in several ways, hence the
 * messages: an EC2 throttle comes wrapped in InvalidParameterException, a vCPU quota in plain words.
 */
const rules: readonly Rule[] = [
  ["throttled", /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/iu, any],
  ["throttled", any, throttle],
  ["no-capacity", any, noCapacity],
  ["quota", /AccountLimitExceeded|LimitExceededException|ServiceQuotaExceeded/u, any],
  ["quota", any, /reached the limit on the number of|quota|cannot have more than/iu],
  ["unknown", /^ConflictException$/u, any],
  ["unknown", any, /idempotency|parameter mismatch/iu],
  ["invalid", any, /overrides length must be at most|no fargate configuration exists/iu],
  ["invalid", any, /environment ?variable should be at most/iu],
];

/**
 * Sorts a provider's failure by what has to be done about it. A 4xx that no rule knows started nothing and
 * waits for an operator; whatever else is unknown may have started something, so it is settled before the
 * next try. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
 */
export function classifyLaunchFailure(failure: ProviderFailure): LaunchFailure {
  const { name, message } = failure;
  const kind = findKind(failure);
  return { kind, message: message === "" ? name : `${name}: ${message}` };
}

function findKind({ channel, name, message, status }: ProviderFailure): LaunchFailure["kind"] {
  if (channel === "failures") return "no-capacity";
  if (status === undefined || status >= 500) return "unknown";
  const rule = rules.find(([, names, messages]) => names.test(name) && messages.test(message));
  return rule?.[0] ?? "denied";
}

/** What only the end of a task tells: a subnet without free addresses, for one. */
const noPlace = /network interface|InsufficientFreeAddresses|EphemeralStorage provisioning/iu;
/** A network interface may lack more than an address: a subnet or a group that is gone, a permission. */
const mistake = /Invalid(?:Subnet|Group|Security)|Unauthorized|AccessDenied/u;

/**
 * Whether a task that never came up found no room, by the reason that its state change tells.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function isUnplaced(reason: string): boolean {
  const wants = [noPlace, noCapacity, throttle, /reached the limit on the number of/iu];
  return wants.some((want) => want.test(reason)) && !mistake.test(reason);
}
