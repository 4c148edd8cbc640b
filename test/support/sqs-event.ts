import type { SQSEvent, SQSRecord } from "aws-lambda";

import { encodeEnvelope, type JobEnvelope } from "../../functions/core/envelope.ts";
import type { Job } from "../../functions/core/job.ts";
import type { Repository } from "../../simulator/github/model.ts";
import { start } from "./test-world.ts";

/** A batch of messages, one a body, as the event source of a queue hands them over. */
export function toSqsEvent(bodies: readonly string[], receives = 1): SQSEvent {
  return { Records: bodies.map((body, index) => toRecord(body, index, receives)) };
}

/** The `queued` envelope of a job, as receive-webhook sends it. */
export function createQueued(
  repository: Repository,
  job: Partial<Job> & { readonly id: number },
): string {
  const { id, fullName, owner } = repository;
  const envelope: JobEnvelope = {
    version: 1,
    kind: "job",
    action: "queued",
    deliveryId: `delivery-${job.id}`,
    receivedAt: start,
    happenedAt: start,
    job: {
      attempt: 1,
      runId: 100,
      name: "test",
      workflow: "CI",
      headSha: "16c5286e8d9a0629956a28938386b36608707a71",
      labels: ["tornade"],
      repository: {
        id,
        fullName,
        owner: owner.login,
        ownerType: owner.type,
        private: repository.private,
      },
      ...(owner.installationId === undefined ? {} : { installationId: owner.installationId }),
      ...job,
    },
  };
  return encodeEnvelope(envelope);
}

function toRecord(body: string, index: number, receives: number): SQSRecord {
  return {
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(start),
      SenderId: "AROAEXAMPLE",
      ApproximateFirstReceiveTimestamp: String(start),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:tornade-jobs",
    awsRegion: "eu-west-1",
  };
}
