import { AwsError } from "../aws-error.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import { createQueue, type Queue } from "./queue.ts";
import { setQueueAttributes, describeAttributes } from "./queue-attributes.ts";
import { invalidParameterValue, sqsError } from "./sqs-errors.ts";

/** The queues of the account. */
export type QueueRegistry = {
  readonly queues: ReadonlyMap<string, Queue>;
  /** Gives back an existing queue of that name, provided its attributes agree. @throws {AwsError} */
  create(name: string, attributes: ReadonlyMap<string, string>): Queue;
  /** By URL, whatever host it names, or by name. @throws {AwsError} QueueDoesNotExist */
  find(urlOrName: string): Queue;
  delete(queue: Queue): void;
};

/** An account without queues. */
export function createQueueRegistry(surroundings: AwsSurroundings): QueueRegistry {
  const queues = new Map<string, Queue>();
  const findByArn = (arn: string) => [...queues.values()].find((queue) => queue.arn === arn);
  return {
    queues,
    create: (name, attributes) => {
      const existing = queues.get(name);
      if (existing) return checkSame(existing, attributes);
      checkName(name);
      const queue = createQueue(surroundings, name, findByArn);
      setQueueAttributes(queue, attributes);
      queues.set(name, queue);
      return queue;
    },
    find: (urlOrName) => {
      const queue = queues.get(urlOrName.split("/").at(-1) ?? "");
      if (queue) return queue;
      const message = "The specified queue does not exist.";
      throw sqsError("QueueDoesNotExist", message, "NonExistentQueue");
    },
    delete: (queue) => {
      queues.delete(queue.name);
    },
  };
}

function checkSame(queue: Queue, attributes: ReadonlyMap<string, string>): Queue {
  const current = describeAttributes(queue, ["All"]);
  for (const [name, value] of attributes) {
    if (current[name] === value) continue;
    throw new AwsError(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${name}`,
      { queryErrorCode: "QueueAlreadyExists" },
    );
  }
  return queue;
}

function checkName(name: string): void {
  if (/^[\w-]{1,80}$/u.test(name)) return;
  const reason =
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
  throw invalidParameterValue("QueueName", name, reason);
}
