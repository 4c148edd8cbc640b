import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

import { encodeEnvelope, type Envelope } from "../core/envelope.ts";
import type { SendAll } from "../core/job-queue.ts";
import { createAwsClient } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** What SQS takes with one request. */
const mostInBatch = 10;

/** Sends to the job queue on Amazon SQS, ten messages with each request. */
export function createSqsBatches(surroundings: Surroundings, queueUrl: string): SendAll {
  const client = createAwsClient(SQSClient, surroundings);
  return async (envelopes) => {
    const sent = await Promise.allSettled(
      toBatches(envelopes).map(async (batch) => {
        const entries = batch.map((envelope, at) => ({
          Id: String(at),
          MessageBody: encodeEnvelope(envelope),
        }));
        return client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      }),
    );
    // A request that succeeds may have stored some of its messages only.
    const stored = sent.map((batch) =>
      batch.status === "fulfilled" ? (batch.value.Successful?.length ?? 0) : 0,
    );
    return envelopes.length - stored.reduce((sum, count) => sum + count, 0);
  };
}

function toBatches(envelopes: readonly Envelope[]): readonly (readonly Envelope[])[] {
  const count = Math.ceil(envelopes.length / mostInBatch);
  return Array.from({ length: count }, (_, at) =>
    envelopes.slice(at * mostInBatch, (at + 1) * mostInBatch),
  );
}
