import type { Envelope } from "./envelope.ts";

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
