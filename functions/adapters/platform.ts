import type { JobQueue } from "../core/job-queue.ts";
import type { Ledger } from "../core/ledger.ts";
import type { RunnerProviders } from "../core/runner-provider.ts";
import type { ReadParameters } from "./parameter-store.ts";
import type { QueueMessages } from "./sqs-messages.ts";

/** What the functions stand on where that is not AWS; GitHub and all decisions stay the same. */
export type Platform = {
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly messages: QueueMessages;
  readonly providers: RunnerProviders;
  readonly readParameters: ReadParameters;
};
