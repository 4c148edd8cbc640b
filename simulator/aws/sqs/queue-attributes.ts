import { AwsError } from "../aws-error.ts";
import { asObject, asText } from "../json-reader.ts";
import type { Queue } from "./queue.ts";
import { checkRange, invalidParameterValue, sqsError } from "./sqs-errors.ts";

/** Where messages go that were received too often. */
export type RedrivePolicy = {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
};

const numberAttributes = {
  DelaySeconds: { fallback: 0, min: 0, max: 900 },
  MaximumMessageSize: { fallback: 1_048_576, min: 1024, max: 1_048_576 },
  MessageRetentionPeriod: { fallback: 345_600, min: 60, max: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { fallback: 0, min: 0, max: 20 },
  VisibilityTimeout: { fallback: 30, min: 0, max: 43_200 },
} as const;

/** A queue attribute that is a number. */
export type NumberAttribute = keyof typeof numberAttributes;

/** Stored and given back, without any effect here. */
const carriedAttributes = new Set([
  "Policy",
  "KmsMasterKeyId",
  "SqsManagedSseEnabled",
  "RedriveAllowPolicy",
]);

/** A numeric attribute of the queue or its default. */
export function numberAttribute(queue: Queue, name: NumberAttribute): number {
  return Number(queue.attributes.get(name) ?? numberAttributes[name].fallback);
}

/** The queue's redrive policy, if it has one. */
export function redrivePolicyOf(queue: Queue): RedrivePolicy | undefined {
  const text = queue.attributes.get("RedrivePolicy");
  return text === undefined || text === "" ? undefined : readRedrivePolicy(text);
}

/** Sets attributes after checking each. @throws {AwsError} and changes nothing when one is wrong */
export function setQueueAttributes(queue: Queue, attributes: ReadonlyMap<string, string>): void {
  for (const [name, value] of attributes) checkAttribute(queue, name, value);
  for (const [name, value] of attributes) queue.attributes.set(name, value);
}

/** All attributes, or those asked for, as strings. */
export function describeAttributes(
  queue: Queue,
  wanted: readonly string[],
): Readonly<Record<string, string>> {
  const all = allAttributes(queue);
  const unknown = wanted.find(
    (name) =>
      name !== "All" && !(name in all) && !carriedAttributes.has(name) && name !== "RedrivePolicy",
  );
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  const isWanted = (name: string) => wanted.includes("All") || wanted.includes(name);
  return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
}

function allAttributes(queue: Queue): Readonly<Record<string, string>> {
  const defaults = new Map(
    Object.entries(numberAttributes).map(([name, { fallback }]) => [name, String(fallback)]),
  );
  const hidden = [...queue.hidden.values()];
  const delayed = hidden.filter(({ kind }) => kind === "delayed").length;
  const created = String(Math.floor(queue.createdAt / 1000));
  return {
    ...Object.fromEntries(defaults),
    ...Object.fromEntries(queue.attributes),
    ApproximateNumberOfMessages: String(queue.visible.size),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
    CreatedTimestamp: created,
    LastModifiedTimestamp: created,
    QueueArn: queue.arn,
  };
}

function checkAttribute(queue: Queue, name: string, value: string): void {
  if (name === "RedrivePolicy") {
    checkRedrivePolicy(queue, value);
  } else if (isNumberAttribute(name)) {
    if (!/^\d+$/u.test(value)) throw invalidParameterValue(name, value, "Must be an integer.");
    checkRange(name, Number(value), numberAttributes[name]);
  } else if (!carriedAttributes.has(name)) {
    throw invalidAttributeName(name);
  }
}

function isNumberAttribute(name: string): name is NumberAttribute {
  return Object.hasOwn(numberAttributes, name);
}

function checkRedrivePolicy(queue: Queue, text: string): void {
  if (text === "") return;
  const policy = readRedrivePolicy(text);
  checkRange("maxReceiveCount", policy.maxReceiveCount, { min: 1, max: 1000 });
  if (queue.findQueue(policy.deadLetterTargetArn)) return;
  throw invalidParameterValue("RedrivePolicy", text, "Dead letter target does not exist.");
}

function readRedrivePolicy(text: string): RedrivePolicy {
  try {
    const reader = asObject(JSON.parse(text), "");
    return {
      deadLetterTargetArn: reader.required("deadLetterTargetArn", asText),
      // Templates write it as a number, the console as text.
      maxReceiveCount: reader.required("maxReceiveCount", Number),
    };
  } catch {
    const reason = "Redrive policy needs deadLetterTargetArn and maxReceiveCount.";
    throw invalidParameterValue("RedrivePolicy", text, reason);
  }
}

function invalidAttributeName(name: string): AwsError {
  return name === "FifoQueue"
    ? sqsError("UnsupportedOperation", "FIFO queues are not modelled by this simulator.")
    : new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`, {
        queryErrorCode: "InvalidAttributeName",
      });
}
