import type { Envelope } from "./envelope.ts";
import { messageOf } from "./errors.ts";

/** How a message travels through the job queue. */
export type SendOptions = {
  /** Messages of one group cannot delay those of the others. @default a group of its own */
  readonly groupId?: string;
  /** How long the message stays invisible, at most 900. @default 0 */
  readonly delaySeconds?: number;
};

/** The queue that launch-runner consumes. */
export interface JobQueue {
  /** Resolves once the queue has stored the message. @throws {QueueError} when it has not */
  send(envelope: Envelope, options?: SendOptions): Promise<void>;
}

/** The group of the messages about a repository. */
export function toGroupId(repositoryId: number): string {
  return String(repositoryId);
}

/** A message, and the group that it is in. */
export type Message = Pick<SendOptions, "groupId"> & { readonly envelope: Envelope };

/** Sends many messages, none of which keeps the others. @returns why, for each that was not stored */
export type SendAll = (messages: readonly Message[]) => Promise<readonly string[]>;

/** Sends them one by one, where the queue knows no better way. */
export function sendEach(queue: JobQueue): SendAll {
  return async (messages) => {
    const sent = await Promise.allSettled(
      messages.map(async ({ envelope, ...options }) => queue.send(envelope, options)),
    );
    return sent.flatMap((one) => (one.status === "rejected" ? [messageOf(one.reason)] : []));
  };
}
