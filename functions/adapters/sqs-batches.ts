import {
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from "@aws-sdk/client-sqs";

import { encodeEnvelope } from "../core/envelope.ts";
import type { Message, SendAll } from "../core/job-queue.ts";
import { createAwsClient } from "./aws-client.ts";
import { type AwsErrorParts, readAwsError } from "./aws-error.ts";
import type { Surroundings } from "./surroundings.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What SQS takes with one request. */
const mostInBatch = 10;

/** Sends to the job queue on Amazon SQS, ten messages with each request. */
export function createSqsBatches(surroundings: Surroundings, queueUrl: string): SendAll {
  const client = createAwsClient(SQSClient, surroundings);
  return async (messages) => {
    const sent = toBatches(messages).map(async (batch) => {
      const entries = batch.map(({ envelope, groupId }, at) => ({
        Id: String(at),
        MessageBody: encodeEnvelope(envelope),
        ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
      }));
      const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
      try {
        return whyNotStored(batch.length, await client.send(command));
      } catch (error) {
        return batch.map(() => describe(readAwsError(error)));
      }
    });
    return (await Promise.all(sent)).flat();
  };
}

// A request that succeeds may have stored some of its messages only.
function whyNotStored(
  count: number,
  { Successful = [], Failed = [] }: SendMessageBatchCommandOutput,
): readonly string[] {
  const told = Failed.map(({ Code: name = "", Message: message = "" }) =>
    describe({ name, message }),
  );
  const untold = Math.max(0, count - Successful.length - told.length);
  return [...told, ...Array.from({ length: untold }, () => "SQS did not tell of it")];
}

function describe({ name, message }: Pick<AwsErrorParts, "name" | "message">): string {
  return withoutSecrets(message === "" ? name : `${name}: ${message}`);
}

function toBatches(messages: readonly Message[]): readonly (readonly Message[])[] {
  const count = Math.ceil(messages.length / mostInBatch);
  return Array.from({ length: count }, (_, at) =>
    messages.slice(at * mostInBatch, (at + 1) * mostInBatch),
  );
}
