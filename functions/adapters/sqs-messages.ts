import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { createAwsClientConfig } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** What the consumer of a queue does with its messages besides acknowledging them. */
export type QueueMessages = {
  /** Hides a message for so long, in milliseconds, before it comes again. */
  readonly hide: (receiptHandle: string, milliseconds: number) => Promise<void>;
  /** Sets a copy of a message aside, with the reason where a person or `redrive` finds it. */
  readonly setAside: (body: string, reason: string) => Promise<void>;
};

/** The messages of one queue and the dead-letter queue behind it. */
export function createQueueMessages(
  surroundings: Surroundings,
  { queueUrl, deadLetterQueueUrl }: { queueUrl: string; deadLetterQueueUrl: string },
): QueueMessages {
  const client = new SQSClient(createAwsClientConfig(surroundings));
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
    setAside: async (body, reason) => {
      await client.send(
        new SendMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MessageBody: body,
          MessageAttributes: { reason: { DataType: "String", StringValue: toAttribute(reason) } },
        }),
      );
    },
  };
}

// SQS takes the characters of XML and no others, and a reason may quote any.
function toAttribute(reason: string): string {
  const refused = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
  return reason.slice(0, 1_000).replaceAll(refused, "\uFFFD");
}
