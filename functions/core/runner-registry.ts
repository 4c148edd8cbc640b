import type { Job, Origin } from "./job.ts";

/** A runner that GitHub waits for, and the single-use secret it connects with. */
export type Registration = { readonly registrationId: number; readonly encodedJitConfig: string };

/** A runner as GitHub knows it. */
export type RegisteredRunner = {
  readonly registrationId: number;
  readonly busy: boolean;
  /** Whether it is connected, and hears of jobs. */
  readonly online: boolean;
};

/** Where a job stands at GitHub; `gone` when GitHub does not know it any more. */
export type JobState = {
  readonly status: "queued" | "in_progress" | "completed" | "waiting" | "gone";
  readonly conclusion?: string;
  readonly runnerName?: string;
};

/** GitHub, as far as runners and jobs go. Every method may throw a {@link GitHubError}. */
export interface RunnerRegistry {
  /**
   * Registers a runner with exactly these labels.
   * @throws {GitHubError} `GitHubConflict` where one of that name is registered
   */
  register(job: Job, runnerName: string): Promise<Registration>;
  find(origin: Origin, runnerName: string): Promise<RegisteredRunner | undefined>;
  /** Removes a registration; a runner that has a job is left alone. */
  remove(origin: Origin, registrationId: number): Promise<"removed" | "busy" | "gone">;
  readJob(job: Job): Promise<JobState>;
  /** Whether another job of the run is running: then this one may wait for its turn. */
  hasRunningSibling(job: Job): Promise<boolean>;
}
