import type { JobEnvelope } from "./envelope.ts";
import type { Registrar } from "./runner-registry.ts";
import type { OpenRun } from "./sweep.ts";

/** One page of what GitHub lists. */
export type Page<T> = {
  readonly entries: readonly T[];
  readonly hasMore: boolean;
  /** The share of the installation's hourly requests that is left, from 0 to 1. */
  readonly left: number;
};

/** The runs of a repository, as far as queued jobs go. Every method may throw a {@link GitHubError}. */
export interface RunLog {
  /** The newest runs of one status. */
  listRuns(registrar: Registrar, status: "queued" | "in_progress"): Promise<Page<OpenRun>>;
  /** The queued jobs on one page, counted from 1, of the jobs of a run, as `queued` tells of them. */
  listQueued(registrar: Registrar, runId: number, page: number): Promise<Page<JobEnvelope>>;
}
