import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";

import type { DeadLetter } from "../../local/dead-letter.ts";
import { type DeadLetterQueue, redrive } from "../../local/redrive.ts";
import { serve } from "../../simulator/http-front.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import type { WireResponse } from "../../simulator/wire.ts";
import { createClientConfig } from "../support/client-config.ts";
import { createTestWorld, type TestWorld } from "../support/test-world.ts";
import type { WorldOptions } from "../../simulator/world.ts";

/** What happens to one call of the command; `next` lets it have its effect. */
type Meddle = (call: string, next: () => Promise<WireResponse>) => Promise<WireResponse>;

/**
 * A world whose SQS is also served over loopback. Its clock goes on by a second with every receive of
 * the command, as one that waits for a message that long would see it.
 */
export async function createDeadLetterStage(options: Partial<WorldOptions> = {}) {
  const world = await createTestWorld(options);
  const { aws, account, timeline } = world;
  const outside: { meddle: Meddle } = { meddle: async (_call, next) => next() };
  const front = await serve({
    port: 0,
    gitHub: world.gitHub.handle,
    aws: async (request) => {
      const call = callName(request);
      const answer = outside.meddle(call, async () => aws.handle(request));
      if (call === "ReceiveMessage") await timeline.advance(1_000);
      return answer;
    },
  });
  onTestFinished(front.close);
  const place = (url: string) => url.replace(/^https:\/\/[^/]+/u, `http://127.0.0.1:${front.port}`);
  return {
    world,
    outside,
    queueUrl: place(account.queueUrl),
    deadLetterQueueUrl: place(account.deadLetterQueueUrl),
    ...createHands(world),
  };
}

/** All messages of one pass. */
export async function collectLetters(queue: DeadLetterQueue): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of redrive(queue)) letters.push(letter);
  return letters;
}

/** A client as the command makes it, for queues on loopback. */
export function createLoopbackClient(queueUrl: string): SQSClient {
  const { origin: endpoint } = new URL(queueUrl);
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  return new SQSClient({ endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
}

type QueueName = "jobs" | "dead";

/** What a person could do with the queues. */
function createHands({ aws, account }: TestWorld) {
  const sqs = new SQSClient(createClientConfig(aws.handle));
  const urls = { jobs: account.queueUrl, dead: account.deadLetterQueueUrl };
  return {
    /** Puts a message into the dead-letter queue, as launch-runner does. */
    setAside: async (body: string, reason?: string) => {
      const attribute = { DataType: "String", StringValue: reason };
      const attributes = reason === undefined ? {} : { MessageAttributes: { reason: attribute } };
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: account.deadLetterQueueUrl,
          MessageBody: body,
          ...attributes,
        }),
      );
    },
    send: async (body: string) => {
      await sqs.send(new SendMessageCommand({ QueueUrl: account.queueUrl, MessageBody: body }));
    },
    receive: async (name: QueueName): Promise<readonly Message[]> => {
      const command = new ReceiveMessageCommand({
        QueueUrl: urls[name],
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 1_000,
        MessageSystemAttributeNames: ["All"],
      });
      return (await sqs.send(command)).Messages ?? [];
    },
    /** How many messages a queue has, visible or not. */
    count: async (name: QueueName) => {
      const counts = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
      ] as const;
      const command = new GetQueueAttributesCommand({
        QueueUrl: urls[name],
        AttributeNames: [...counts],
      });
      const { Attributes: attributes = {} } = await sqs.send(command);
      return counts.map((one) => Number(attributes[one]));
    },
  };
}
