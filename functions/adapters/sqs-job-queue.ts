import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { encodeEnvelope } from "../core/envelope.ts";
import { QueueError } from "../core/errors.ts";
import type { JobQueue } from "../core/job-queue.ts";
import { createAwsClient } from "./aws-client.ts";
import { isRefused, readAwsError } from "./aws-error.ts";
import type { Surroundings } from "./surroundings.ts";

/** The job queue on Amazon SQS: a standard queue, fair between the groups of its messages. */
export function createSqsJobQueue(surroundings: Surroundings, queueUrl: string): JobQueue {
  const client = createAwsClient(SQSClient, surroundings);
  return {
    send: async (envelope, { groupId, delaySeconds } = {}) => {
      const command = new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: encodeEnvelope(envelope),
        ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
        ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
      });
      try {
        await client.send(command);
      } catch (error) {
        const { name, message } = readAwsError(error);
        const text = `job queue did not store the message: ${name}: ${message}`;
        throw new QueueError(text, { isRefused: isRefused(error) });
      }
    },
  };
}
