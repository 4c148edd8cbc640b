import type { WireRequest } from "../../wire.ts";
import { AwsError } from "../aws-error.ts";
import type { Operation } from "../aws-json.ts";
import { asInteger, asText, listOf, mapOf, type JsonReader } from "../json-reader.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import { purgeMessages, type Queue } from "./queue.ts";
import { describeAttributes, setQueueAttributes } from "./queue-attributes.ts";
import type { QueueRegistry } from "./queue-registry.ts";

const purgePauseMilliseconds = 60_000;
const mostListed = 1000;

/** The operations on queues themselves. */
export function createQueueOperations(
  registry: QueueRegistry,
  surroundings: AwsSurroundings,
): Readonly<Record<string, Operation>> {
  const urlOf = (queue: Queue, request: WireRequest) =>
    toQueueUrl(surroundings, queue.name, request.headers["host"]);
  const named = (input: JsonReader) => registry.find(input.required("QueueUrl", asText));
  return {
    CreateQueue: (input, request) => {
      const attributes = input.optional("Attributes", mapOf(asText)) ?? new Map<string, string>();
      const queue = registry.create(input.required("QueueName", asText), attributes);
      return { QueueUrl: urlOf(queue, request) };
    },
    DeleteQueue: (input) => {
      const queue = named(input);
      purgeMessages(queue);
      registry.delete(queue);
    },
    GetQueueUrl: (input, request) => ({
      QueueUrl: urlOf(registry.find(input.required("QueueName", asText)), request),
    }),
    GetQueueAttributes: (input) => ({
      Attributes: describeAttributes(
        named(input),
        input.optional("AttributeNames", listOf(asText)) ?? [],
      ),
    }),
    SetQueueAttributes: (input) => {
      setQueueAttributes(named(input), input.required("Attributes", mapOf(asText)));
    },
    ListQueues: (input, request) => listQueues(input, registry, (queue) => urlOf(queue, request)),
    PurgeQueue: (input) => {
      purge(named(input), surroundings.timeline.now());
    },
  };
}

/** A queue URL on the host the caller used, so that clients without a fixed endpoint stay on it. */
export function toQueueUrl(surroundings: AwsSurroundings, name: string, host?: string): string {
  const amazonHost = `sqs.${surroundings.region}.amazonaws.com`;
  const origin =
    host === undefined || host.endsWith(".amazonaws.com")
      ? `https://${amazonHost}`
      : `http://${host}`;
  return `${origin}/${surroundings.accountId}/${name}`;
}

function listQueues(
  input: JsonReader,
  registry: QueueRegistry,
  urlOf: (queue: Queue) => string,
): Readonly<Record<string, unknown>> {
  const prefix = input.optional("QueueNamePrefix", asText) ?? "";
  const limit = input.optional("MaxResults", asInteger) ?? mostListed;
  const start = Number(input.optional("NextToken", asText) ?? 0);
  const matching = [...registry.queues.values()].filter(({ name }) => name.startsWith(prefix));
  const page = matching.slice(start, start + limit);
  return {
    ...(page.length > 0 && { QueueUrls: page.map((queue) => urlOf(queue)) }),
    ...(matching.length > start + limit && { NextToken: String(start + limit) }),
  };
}

function purge(queue: Queue, now: number): void {
  if (queue.purgedAt !== undefined && now - queue.purgedAt < purgePauseMilliseconds) {
    const message = `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`;
    throw new AwsError("PurgeQueueInProgress", message, {
      status: 403,
      queryErrorCode: "AWS.SimpleQueueService.PurgeQueueInProgress",
    });
  }
  queue.purgedAt = now;
  purgeMessages(queue);
}
