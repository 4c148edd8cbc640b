import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";

/** A queue that keeps what failed for a person to look at, for as long as SQS can. */
export function createDeadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, {
    "AwsSolutions-SQS3": "this is a dead-letter queue",
    "Serverless-SQSRedrivePolicy": "this is a dead-letter queue",
  });
  return queue;
}
