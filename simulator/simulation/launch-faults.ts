import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import type { FaultName } from "./fault-rates.ts";
import type { Dice } from "./dice.ts";
import { awsError, membersOf, operationOf, textOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";
import { pass } from "./pass.ts";
import { createStarvation, type Starves } from "./starvation.ts";
import { jsonResponse } from "../wire.ts";

/** As long as a request of the functions may take. */
const requestTimeout = 4_000;

type Disturbance = {
  readonly dice: Dice;
  /** Tokens of launches whose answer is lost once more when the client repeats the request. */
  readonly unheard: Map<string, FaultName>;
  /** Tokens of launches that failed for want of capacity: ECS replays failures too. */
  readonly failed: Set<string>;
  /** Until when there is no capacity for anybody. */
  readonly drought: { until: number; calmUntil: number };
  readonly starves: Starves;
};

type Launch = {
  readonly request: WireRequest;
  readonly isTask: boolean;
  readonly token: string;
  readonly jobs: readonly number[];
};

/** RunTask and StartBuild fail in every way they can, before and after having started something. */
export function disturbLaunches(dice: Dice): (next: WireService) => WireService {
  const disturbance = {
    dice,
    unheard: new Map<string, FaultName>(),
    failed: new Set<string>(),
    drought: { until: 0, calmUntil: 0 },
    starves: createStarvation(dice),
  };
  return (next) => async (request) => {
    const operation = operationOf(request);
    if (operation !== "RunTask" && operation !== "StartBuild") return next(request);
    const members = membersOf(request.body);
    const token = textOf(members, "clientToken") || textOf(members, "idempotencyToken");
    const isTask = operation === "RunTask";
    const launch = { request, isTask, token, jobs: namedJobs(request.body) };
    return refuse(disturbance, launch) ?? carryOut(disturbance, launch, next);
  };
}

/** Nothing is started; the answers are the services' own words. */
function refuse(disturbance: Disturbance, launch: Launch): WireResponse | undefined {
  const { dice, failed, unheard } = disturbance;
  const { isTask, jobs, token } = launch;
  if (unheard.has(token)) return undefined;
  const isRefusal = launch.request.body.includes("TORNADE_REFUSAL");
  if (disturbance.starves(jobs, { isRefusal })) return isTask ? outOfCapacity : buildsLimited;
  if (failed.has(token) && dice.strikes("replayed-failures", jobs)) return outOfCapacity;
  if (dice.strikes("launch-throttled", jobs)) {
    return awsError(400, "ThrottlingException", "Rate exceeded");
  }
  if (dice.strikes("launch-unavailable", jobs)) return unavailable;
  if (isTask && dice.strikes("launch-ec2-throttled", jobs)) return ec2Throttled;
  if (!isTask && dice.strikes("builds-limited", jobs)) return buildsLimited;
  if (isTask && isDry(disturbance, jobs)) return outOfCapacity;
  if (!isTask || !dice.strikes("no-capacity", jobs)) return undefined;
  if (dice.isOn("replayed-failures")) remember(failed, token, dice);
  return outOfCapacity;
}

const unavailable = awsError(
  500,
  "ServerException",
  "Service Unavailable. Please try again later.",
);

const ec2Throttled = awsError(
  400,
  "InvalidParameterException",
  "Error retrieving security group information for [sg-0a]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)",
);

const buildsLimited = awsError(
  400,
  "AccountLimitExceededException",
  "Cannot have more than 20 active builds for the account",
);

const outOfCapacity = jsonResponse(
  200,
  {
    tasks: [],
    failures: [
      {
        arn: null,
        reason:
          "Capacity is unavailable at this time. Please try again later or in a different availability zone",
      },
    ],
  },
  "application/x-amz-json-1.1",
);

/** From the end of a drought on: however many launches there are, not every one shall meet one. */
const calmMilliseconds = 20 * 60_000;

/** Capacity is seldom short for one launch alone: for some minutes there is none for anybody. */
function isDry({ dice, drought }: Disturbance, jobs: readonly number[]): boolean {
  const now = dice.timeline.now();
  if (now < drought.until) {
    dice.note("drought", jobs);
    return true;
  }
  if (now < drought.calmUntil || !dice.strikes("drought", jobs)) return false;
  drought.until = now + dice.between("drought", 2, 6) * 60_000;
  drought.calmUntil = drought.until + calmMilliseconds;
  return true;
}

/** An hour: as long as ECS replays the failures of a token in full. */
function remember(tokens: Set<string>, token: string, { timeline }: Dice): void {
  tokens.add(token);
  timeline.after(3_600_000, () => {
    tokens.delete(token);
  });
}

/** Something is started, and whoever asked may never hear of it. */
async function carryOut(
  { dice, unheard }: Disturbance,
  { request, isTask, token, jobs }: Launch,
  next: WireService,
): Promise<WireResponse> {
  const answer = await next(request);
  if (answer.status >= 400) return answer;
  const again = unheard.get(token);
  unheard.delete(token);
  const fault = again ?? chooseLoss(dice, jobs);
  if (fault === undefined) return answer;
  if (again === undefined && fault !== "launch-conflict") unheard.set(token, fault);
  if (fault === "launch-timeout") await timeOut(dice);
  return fault === "launch-conflict" ? conflict(answer, isTask) : unavailable;
}

function chooseLoss(dice: Dice, jobs: readonly number[]): FaultName | undefined {
  const losses = ["launch-answer-lost", "launch-timeout", "launch-conflict"] as const;
  return losses.find((fault) => dice.strikes(fault, jobs));
}

async function timeOut({ timeline }: Dice): Promise<never> {
  await pass(timeline, requestTimeout);
  const error = new Error(`no answer within ${requestTimeout} ms`);
  error.name = "TimeoutError";
  throw error;
}

function conflict({ body }: WireResponse, isTask: boolean): WireResponse {
  if (!isTask) {
    const message = "Parameter mismatch: the idempotency token was used before";
    return awsError(400, "InvalidInputException", message);
  }
  // Its containers name the task as well.
  const arns = [...body.matchAll(/"taskArn":"([^"]+)"/gu)].map(([, arn]) => arn);
  const resourceIds = [...new Set(arns)];
  const message = "The RunTask request could not be processed due to conflicts.";
  const error = { __type: "ConflictException", message, resourceIds };
  return jsonResponse(400, error, "application/x-amz-json-1.1");
}
