import { md5Hex } from "../surroundings.ts";
import { digestAttributes, selectAttributes } from "./message-attributes.ts";
import type { Queue, StoredMessage } from "./queue.ts";

/** Which attributes a receive asks for. */
export type WantedAttributes = {
  readonly system: readonly string[];
  readonly message: readonly string[];
};

/** A received message in the shape of ReceiveMessage. */
export function toReceivedMessage(
  queue: Queue,
  message: StoredMessage,
  wanted: WantedAttributes,
): Readonly<Record<string, unknown>> {
  const system = Object.entries(systemAttributes(queue, message)).filter(
    ([name]) => wanted.system.includes("All") || wanted.system.includes(name),
  );
  const attributes = selectAttributes(message.attributes, wanted.message);
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5Hex(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(attributes.size > 0 && {
      MessageAttributes: Object.fromEntries(attributes),
      MD5OfMessageAttributes: digestAttributes(attributes),
    }),
  };
}

/** What SQS itself says about a message; every value is text. */
export function systemAttributes(
  queue: Queue,
  message: StoredMessage,
): Readonly<Record<string, string>> & { readonly SenderId: string } {
  return {
    SenderId: `AROASIMULATOR:${queue.surroundings.accountId}`,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? message.sentAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
    ...(message.deadLetterSourceArn !== undefined && {
      DeadLetterQueueSourceArn: message.deadLetterSourceArn,
    }),
  };
}
