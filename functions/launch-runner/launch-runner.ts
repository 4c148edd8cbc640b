import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

import { createDispatchPorts } from "../adapters/dispatch-ports.ts";
import { watchGitHubBudget } from "../adapters/github-budget.ts";
import { createQueueMessages, type QueueMessages } from "../adapters/sqs-messages.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { assess } from "../core/assess.ts";
import type { Envelope } from "../core/envelope.ts";
import { dispatch, type DispatchPorts } from "../core/dispatch.ts";
import { failureWait } from "../core/waits.ts";
import { readSettings } from "./settings.ts";
import { type EventPolicy, type QueuedMessage, readMessages, toEvent } from "./messages.ts";

/** What Lambda calls with up to ten messages of the job queue; returns those that have to come again. */
export type LaunchRunner = (event: SQSEvent) => Promise<SQSBatchResponse>;

type Consumer = {
  readonly ports: DispatchPorts;
  readonly messages: QueueMessages;
  readonly policy: EventPolicy;
};

/** The function behind the job queue, with all that stays warm between invocations. */
export async function createLaunchRunner(surroundings: Surroundings): Promise<LaunchRunner> {
  const settings = readSettings(surroundings.env);
  const budget = watchGitHubBudget(surroundings);
  const consumer: Consumer = {
    ports: await createDispatchPorts(budget.surroundings, settings),
    messages: surroundings.platform?.messages ?? createQueueMessages(surroundings, settings),
    policy: {
      assess: (job) => assess(job, settings.assess),
      rerunRepositories: settings.rerunRepositories,
    },
  };
  return async ({ Records: records }) => {
    const { readable, unreadable } = readMessages(records);
    const returned = await Promise.all([
      ...unreadable.map(async ({ record, reason }) => setAside(record, { reason, consumer })),
      ...readable.map(async (messages) => handleInTurn(messages, consumer)),
    ]);
    budget.tell();
    return { batchItemFailures: returned.flat().map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/**
 * When a message is begun at the latest, in milliseconds: the function is killed after 15 seconds, and with
 * it what is handled beside this message, which may take three calls of four seconds each.
 */
const latestBegin = 3_000;

/** How long a message stays away, in milliseconds, for which there was no time. */
const backSoon = 1_000;

// Messages about one job are handled one after another: two at once would only get in each other's way.
async function handleInTurn(
  messages: readonly QueuedMessage[],
  consumer: Consumer,
): Promise<readonly string[]> {
  const until = consumer.ports.now() + latestBegin;
  const returned: string[] = [];
  for (const message of messages) {
    const hasTime = consumer.ports.now() < until;
    const wait = hasTime ? await handle(message, consumer) : backSoon;
    if (wait === undefined) continue;
    await hide(message.record, { wait, consumer });
    returned.push(message.record.messageId);
  }
  return returned;
}

/** @returns how long the message has to stay away before it comes again; undefined when it is done with */
async function handle(
  { record, envelope }: QueuedMessage,
  { ports, policy }: Consumer,
): Promise<number | undefined> {
  try {
    const { comeBackAt } = await dispatch(toEvent(envelope, policy), ports);
    return comeBackAt === undefined ? undefined : comeBackAt - ports.now();
  } catch (error) {
    const receives = Number(record.attributes.ApproximateReceiveCount);
    const fields = { messageId: record.messageId, receives, ...subjectOf(envelope), error };
    ports.log.error("message not handled", fields);
    return failureWait(receives, ports.random());
  }
}

// By which it is found among the lines about the job.
function subjectOf(envelope: Envelope) {
  switch (envelope.kind) {
    case "job": {
      const { deliveryId, action, job } = envelope;
      return { deliveryId, action, jobId: job.id, repository: job.repository.fullName };
    }
    case "run": {
      const { deliveryId, runId, repository } = envelope;
      return { deliveryId, runId, repository: repository.fullName };
    }
    case "wake":
      return { itemId: envelope.itemId };
  }
}

// Where this fails the queue's own visibility timeout brings the message again, only later.
async function hide(
  { receiptHandle, messageId }: SQSRecord,
  { wait, consumer }: { wait: number; consumer: Consumer },
): Promise<void> {
  try {
    await consumer.messages.hide(receiptHandle, wait);
  } catch (error) {
    consumer.ports.log.warn("message not hidden", { messageId, error });
  }
}

async function setAside(
  { body, messageId, attributes: { MessageGroupId: groupId } }: SQSRecord,
  { reason, consumer }: { reason: string; consumer: Consumer },
): Promise<readonly string[]> {
  try {
    await consumer.messages.setAside({ body, groupId }, reason);
    consumer.ports.log.error("message set aside", { messageId, reason });
    return [];
  } catch (error) {
    consumer.ports.log.error("message not set aside", { messageId, reason, error });
    return [messageId];
  }
}
