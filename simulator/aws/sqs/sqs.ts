import type { AwsJsonService } from "../aws-json.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import { createMessageOperations } from "./message-operations.ts";
import type { Queue } from "./queue.ts";
import { createQueueOperations, toQueueUrl } from "./queue-operations.ts";
import { createQueueRegistry } from "./queue-registry.ts";
import { missingParameter } from "./sqs-errors.ts";

/** Simulated SQS with standard queues. */
export type Sqs = {
  readonly service: AwsJsonService;
  /** Creates a queue without going over the wire; gives its URL. */
  readonly createQueue: (name: string, attributes?: Readonly<Record<string, string>>) => string;
  /** The queue behind a URL. @throws {AwsError} when there is none */
  readonly findQueue: (queueUrl: string) => Queue;
};

/** SQS of one account and region, without queues at first. */
export function createSqs(surroundings: AwsSurroundings): Sqs {
  const registry = createQueueRegistry(surroundings);
  return {
    service: {
      targetPrefix: "AmazonSQS",
      jsonVersion: "1.0",
      errorNamespace: "com.amazonaws.sqs#",
      missing: missingParameter,
      operations: {
        ...createQueueOperations(registry, surroundings),
        ...createMessageOperations(registry),
      },
    },
    createQueue: (name, attributes = {}) => {
      const queue = registry.create(name, new Map(Object.entries(attributes)));
      return toQueueUrl(surroundings, queue.name);
    },
    findQueue: (queueUrl) => registry.find(queueUrl),
  };
}
