import type { Envelope } from "./envelope.ts";
import { messageOf } from "./errors.ts";

/** How a message travels through the job queue. */
export type SendOptions = {
  /** Messages of one group (a repository) cannot delay those of the others. @default no group */
  readonly groupId?: string;
  /** How long the message stays invisible, at most 900. @default 0 */
  readonly delaySeconds?: number;
};

/** The queue that launch-runner consumes. */
export interface JobQueue {
  /** Resolves once the queue has stored the message. @throws {QueueError} when it has not */
  send(envelope: Envelope, options?: SendOptions): Promise<void>;
}

/** Sends many messages, none of which keeps the others. @returns why, for each that was not stored */
export type SendAll = (envelopes: readonly Envelope[]) => Promise<readonly string[]>;

/** Sends them one by one, where the queue knows no better way. */
export function sendEach(queue: JobQueue): SendAll {
  return async (envelopes) => {
    const sent = await Promise.allSettled(envelopes.map(async (one) => queue.send(one)));
    return sent.flatMap((one) => (one.status === "rejected" ? [messageOf(one.reason)] : []));
  };
}
