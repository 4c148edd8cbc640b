import { reasonAttribute } from "../../functions/adapters/sqs-messages.ts";
import type { StoredMessage } from "../aws/sqs/queue.ts";
import { allowanceOf } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import type { FaultName } from "./fault-rates.ts";
import { type Parts, spell } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";
import { readPoisonMark } from "./poison-mark.ts";
import type { Strike } from "./strikes.ts";

/** Watches the two queues: what cannot be read is soon in the other one, with the reason, and nothing else is. */
export type PoisonWatch = {
  /** Every job is over: all that could not be read has been set aside. */
  readonly finish: () => void;
};

const lookEvery = 60_000;

/** What a function does not survive; frozen for long enough, it times out. */
const deaths: readonly FaultName[] = ["killed-before", "killed-after", "timed-out", "frozen"];

/** Nobody has put anything into the queue yet. */
export function watchPoison(parts: Parts): PoisonWatch {
  const seen = new Set<string>();
  const poisons = new Set<number>();
  const look = (now: number): void => {
    for (const message of messagesOf(parts, "queueUrl")) checkWaiting(parts, message, now);
    for (const message of messagesOf(parts, "deadLetterQueueUrl")) {
      if (seen.has(message.id)) continue;
      seen.add(message.id);
      const number = readPoisonMark(message.body);
      if (number !== undefined) poisons.add(number);
      if (number === undefined || !message.attributes.has(reasonAttribute)) {
        checkGivenUp(parts, message);
      }
    }
    parts.deadlines.add(now + lookEvery, look);
  };
  parts.deadlines.add(parts.timeline.now() + lookEvery, look);
  return {
    finish: () => {
      const lost = parts.countOf("message-poisoned") - poisons.size;
      if (lost === 0) return;
      const details = `${lost} messages that could not be read are gone, and not among the dead letters`;
      parts.report({ invariant: invariants.poison, details });
    },
  };
}

function messagesOf(
  { services: { aws, account } }: Parts,
  queue: "queueUrl" | "deadLetterQueueUrl",
): readonly StoredMessage[] {
  const { visible, hidden } = aws.sqs.findQueue(account[queue]);
  return [...visible.values(), ...[...hidden.values()].map(({ message }) => message)];
}

function checkWaiting(parts: Parts, message: StoredMessage, now: number): void {
  const { body, firstReceivedAt: since, receiveCount } = message;
  if (since === undefined || readPoisonMark(body) === undefined) return;
  // Whoever received it may have died of a call about another message of the batch each time.
  const deathsMore = Math.max(0, Math.min(receiveCount, countDeaths(parts)) - 2);
  const patience = bounds.poison + deathsMore * bounds.poisonPerDeath;
  if (now <= since + patience + allowanceOf(strikesSince(parts, body, since))) return;
  const details = `a message that cannot be read was received ${spell(now - since)} ago and still is in the queue`;
  report(parts, body, details);
}

// SQS itself gives up a message whose receiver dies each time, and nobody says why: with every fault on,
// most full batches meet that fate. What such a message told is found by reconcile. Whose batches died is
// not known of messages that name no job, so all deaths count.
function checkGivenUp(parts: Parts, { body, receiveCount }: StoredMessage): void {
  const died = countDeaths(parts);
  if (receiveCount > 0 && died >= receiveCount) return;
  const details = `a message is a dead letter without a reason, received ${receiveCount} times by functions of which ${died} died`;
  report(parts, body, details);
}

function countDeaths({ countOf }: Parts): number {
  return deaths.reduce((sum, fault) => sum + countOf(fault), 0);
}

function strikesSince(parts: Parts, body: string, since: number): readonly Strike[] {
  const strikes = namedJobs(body).flatMap((jobId) => parts.strikesOf(jobId));
  return strikes.filter(({ at }) => at >= since);
}

function report(parts: Parts, body: string, details: string): void {
  const [jobId] = namedJobs(body);
  parts.report({
    invariant: invariants.poison,
    ...(jobId === undefined ? {} : { jobId }),
    details,
  });
}
