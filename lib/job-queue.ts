import { Duration } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import { acknowledge } from "./acknowledgements.ts";
import { createDeadLetterQueue } from "./dead-letter-queue.ts";
import { type DispatcherFunction, dispatchTimeout } from "./dispatcher-function.ts";

/** How the job queue is worked off. */
export interface FeedOptions {
  /** Most invocations at a time, 2 to 1000. */
  readonly maxConcurrency: number;
}

/**
 * What waits to be launched or looked after. A standard queue: messages carry the repository as their group,
 * so that a busy one does not make the others wait.
 */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetterQueue = createDeadLetterQueue(this, "DeadLetters");
    this.queue = new Queue(this, "Resource", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the consumer's timeout, as Lambda asks for.
      visibilityTimeout: Duration.seconds(6 * dispatchTimeout.toSeconds()),
      retentionPeriod: Duration.days(4),
      // Waiting uses new messages, so that only bugs count up to this, and hours without a ledger.
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 10 },
    });
  }

  /** Lets a function put messages into the queue. */
  grantSend(grantee: IGrantable): void {
    this.queue.grant(grantee, "sqs:SendMessage");
  }

  /** Lets a function put what it cannot read where a person finds it. */
  grantSetAside(grantee: IGrantable): void {
    this.deadLetterQueue.grant(grantee, "sqs:SendMessage");
  }

  /** Has a function work the queue off. */
  feed(consumer: DispatcherFunction, { maxConcurrency }: FeedOptions): void {
    const grant = this.queue.grant(
      consumer,
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ChangeMessageVisibility",
    );
    const source = new EventSourceMapping(this, "Source", {
      target: consumer.function,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    grant.applyBefore(source);
    const reason =
      "what fails comes again, and in the end goes to the queue's own dead-letter queue";
    acknowledge(source, { "Serverless-LambdaEventSourceMappingDestination": reason });
    acknowledge(consumer.function, { "Serverless-LambdaDLQ": reason });
  }
}
