import { AwsError } from "../aws-error.ts";
import { asInteger, asText, mapOf, type JsonReader } from "../json-reader.ts";
import { md5Hex, randomUuid } from "../surroundings.ts";
import {
  asMessageAttribute,
  attributesSize,
  checkAttributeCount,
  digestAttributes,
  type MessageAttributes,
} from "./message-attributes.ts";
import { hideMessage, type Queue, type StoredMessage } from "./queue.ts";
import { numberAttribute } from "./queue-attributes.ts";
import { checkRange, invalidParameterValue, missingParameter } from "./sqs-errors.ts";

/** A message on its way into a queue. */
export type OutgoingMessage = {
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** @default what the queue says */
  readonly delaySeconds?: number | undefined;
  /** On a standard queue: the tenant, for fair delivery. */
  readonly groupId?: string | undefined;
  readonly traceHeader?: string | undefined;
};

const noAttributes: MessageAttributes = new Map();
const longestGroupId = 128;

/** Characters XML 1.0 knows, the only ones a body may consist of. */
const bodyPattern = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

/** Decodes the message of SendMessage or of one entry of its batch. @throws {AwsError} when SQS would refuse it */
export function readOutgoingMessage(input: JsonReader): OutgoingMessage {
  const systemAttributes = input.optional("MessageSystemAttributes", mapOf(asMessageAttribute));
  const message: OutgoingMessage = {
    body: input.required("MessageBody", asText),
    attributes: input.optional("MessageAttributes", mapOf(asMessageAttribute)) ?? noAttributes,
    delaySeconds: input.optional("DelaySeconds", asInteger),
    groupId: input.optional("MessageGroupId", asText),
    traceHeader: systemAttributes?.get("AWSTraceHeader")?.StringValue,
  };
  checkMessage(message);
  return message;
}

/** Puts a message into the queue. @throws {AwsError} when it is too large for it */
export function sendMessage(queue: Queue, outgoing: OutgoingMessage): StoredMessage {
  const maximum = numberAttribute(queue, "MaximumMessageSize");
  const size = Buffer.byteLength(outgoing.body, "utf8") + attributesSize(outgoing.attributes);
  if (size > maximum) {
    throw new AwsError(
      "com.amazon.coral.service#InvalidParameterValueException",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximum} bytes.`,
      { queryErrorCode: "InvalidParameterValue" },
    );
  }
  const message = toStoredMessage(queue, outgoing);
  const seconds = outgoing.delaySeconds ?? numberAttribute(queue, "DelaySeconds");
  hideMessage(queue, message, { kind: "delayed", seconds });
  return message;
}

/** What SendMessage answers. */
export function toSendResult(message: StoredMessage): Readonly<Record<string, string>> {
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5Hex(message.body),
    ...(message.attributes.size > 0 && {
      MD5OfMessageAttributes: digestAttributes(message.attributes),
    }),
  };
}

function checkMessage(message: OutgoingMessage): void {
  if (message.body === "") throw missingParameter("MessageBody");
  if (!bodyPattern.test(message.body)) {
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid binary character was found in the message body.",
      { queryErrorCode: "InvalidMessageContents" },
    );
  }
  checkAttributeCount(message.attributes);
  if (message.delaySeconds !== undefined) {
    checkRange("DelaySeconds", message.delaySeconds, { min: 0, max: 900 });
  }
  checkGroupId(message.groupId);
}

function checkGroupId(groupId: string | undefined): void {
  if (groupId === undefined || /^[!-~]{1,128}$/u.test(groupId)) return;
  const reason = `MessageGroupId can only include alphanumeric and punctuation characters. 1 to ${longestGroupId} in length.`;
  throw invalidParameterValue("MessageGroupId", groupId, reason);
}

function toStoredMessage(queue: Queue, outgoing: OutgoingMessage): StoredMessage {
  const { groupId, traceHeader } = outgoing;
  return {
    id: randomUuid(queue.surroundings.random),
    body: outgoing.body,
    sentAt: queue.surroundings.timeline.now(),
    attributes: outgoing.attributes,
    receiveCount: 0,
    ...(groupId !== undefined && { groupId }),
    ...(traceHeader !== undefined && { traceHeader }),
  };
}
