import type { Origin } from "./job.ts";
import type { JobEnvelope } from "./envelope.ts";
import type { OpenRun } from "./sweep.ts";

/** One page of what GitHub lists. */
export type Page<T> = {
  readonly entries: readonly T[];
  readonly hasMore: boolean;
  /** The share of the installation's hourly requests that is left, from 0 to 1. */
  readonly left: number;
};

/**
 * The statuses of runs that may have queued jobs. GitHub tells nowhere how it sums jobs up; a run has been
 * seen to be called what the least advanced of them is, even one that waits for an approval:
 * https://github.com/cli/cli/issues/13972, https://github.com/Helvesec/rmux/pull/167
 */
export const openStatuses = ["queued", "in_progress", "waiting", "pending"] as const;
export type OpenStatus = (typeof openStatuses)[number];

/** The runs of a repository, as far as queued jobs go. Every method may throw a {@link GitHubError}. */
export interface OpenRuns {
  /** The runs of one status on one page, counted from 1, the newest first. */
  listRuns(origin: Origin, status: OpenStatus, page: number): Promise<Page<OpenRun>>;
  /** The queued jobs on one page, counted from 1, of the jobs of a run, as `queued` tells of them. */
  listQueued(origin: Origin, runId: number, page: number): Promise<Page<JobEnvelope>>;
}
