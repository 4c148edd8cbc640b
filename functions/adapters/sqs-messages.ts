import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { createAwsClient } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** The message attribute that says why a message was set aside. */
export const reasonAttribute = "reason";

/** A message that nobody can do anything with yet. */
export type PoisonedMessage = {
  readonly body: string;
  /** Kept, so that what comes back of it is as fair to the others as it was. */
  readonly groupId?: string | undefined;
};

/** What the consumer of a queue does with its messages besides acknowledging them. */
export type QueueMessages = {
  /** Hides a message for so long, in milliseconds, before it comes again. */
  readonly hide: (receiptHandle: string, milliseconds: number) => Promise<void>;
  /** Sets a copy of a message aside, with the reason where a person or `redrive` finds it. */
  readonly setAside: (message: PoisonedMessage, reason: string) => Promise<void>;
};

/** The messages of one queue and the dead-letter queue behind it. */
export function createQueueMessages(
  surroundings: Surroundings,
  { queueUrl, deadLetterQueueUrl }: { queueUrl: string; deadLetterQueueUrl: string },
): QueueMessages {
  const client = createAwsClient(SQSClient, surroundings);
  return {
    hide: async (receiptHandle, milliseconds) => {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.min(43_200, Math.max(0, Math.ceil(milliseconds / 1_000))),
        }),
      );
    },
    setAside: async ({ body, groupId }, reason) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
          ...toAttributes(body, reason),
        }),
      );
    },
  };
}

/** What SQS takes in one message, attributes with their names and types included. */
const mostBytes = 1_048_576;

/** What one UTF-16 unit can come to in UTF-8. */
const mostBytesOfUnit = 3;

// A message that is as large as SQS takes already goes without the end of its reason, or without it.
function toAttributes(body: string, reason: string) {
  const room = mostBytes - Buffer.byteLength(body) - Buffer.byteLength(`${reasonAttribute}String`);
  const most = Math.min(1_000, Math.max(0, Math.floor(room / mostBytesOfUnit)));
  const text = toSqsText(reason.slice(0, most));
  if (text === "") return {};
  return { MessageAttributes: { [reasonAttribute]: { DataType: "String", StringValue: text } } };
}

// SQS takes the characters of XML and no others, and a reason may quote any.
function toSqsText(text: string): string {
  const refused = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
  return text.replaceAll(refused, "\uFFFD");
}
