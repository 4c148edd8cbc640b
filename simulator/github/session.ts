import type { Conclusion, Job } from "./model.ts";

/** What a connected runner hears from GitHub. */
export type RunnerListener = {
  readonly onJob: (job: Job, session: RunnerSession) => void;
  /** Someone cancelled the running job; the runner is to complete it as `cancelled`. */
  readonly onCancelled: () => void;
  /** The registration is gone; the runner can only exit. */
  readonly onRemoved: () => void;
};

/** A runner's connection to GitHub. */
export type RunnerSession = {
  readonly runnerId: number;
  readonly runnerName: string;
  readonly completeJob: (conclusion: Conclusion, annotations?: readonly string[]) => void;
  /** The runner takes its leave: it is offline at once. A running job fails some ten minutes later. */
  readonly disconnect: () => void;
  /** The runner is killed: GitHub believes it online for another minute and may give it a job in vain. */
  readonly vanish: () => void;
};

/** Why a JIT config is not connected: used before, registration gone, or not one at all. */
export type ConnectionRefusal = "conflict" | "deleted" | "malformed";

/** A connection as GitHub holds it. */
export type OpenSession = { readonly listener: RunnerListener; readonly session: RunnerSession };
