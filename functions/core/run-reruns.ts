import type { RunItem } from "./ledger.ts";

/** One attempt of a run. */
export type RunAttempt = Pick<RunItem, "runId" | "attempt" | "repository" | "installationId">;

/** A job of a run that has completed. */
export type EndedJob = {
  /** Absent where GitHub has not heard of the job's end yet. */
  readonly conclusion?: string;
  /** Absent where the job never had a runner. */
  readonly runnerName?: string;
};

/** Where a run stands: its newest attempt, and whether that has completed. */
export type RunState = { readonly attempt: number; readonly isCompleted: boolean };

/** GitHub, as far as running again goes. Every method may throw a {@link GitHubError}. */
export interface RunReruns {
  /** All jobs of one attempt. */
  listJobs(run: RunAttempt): Promise<readonly EndedJob[]>;
  /** Undefined when GitHub does not know the run any more. */
  readState(run: RunAttempt): Promise<RunState | undefined>;
  /** Has GitHub make a new attempt of what failed, and of what waited for that. */
  rerunFailed(run: RunAttempt): Promise<void>;
}
