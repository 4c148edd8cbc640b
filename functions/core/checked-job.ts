import type { JobKey } from "./job.ts";
import type { JobState } from "./runner-registry.ts";

/** What GitHub told of a job that it was asked about. */
export type JobChecked = {
  readonly kind: "job-checked";
  readonly jobKey: JobKey;
  readonly state: JobState;
  /** What was seen of a runner that the job may wait for. */
  readonly seen?: SeenRunner;
  /** Its last runner idled in vain, and other jobs of its run are running. */
  readonly mayAwaitSiblings?: true;
  /** The runner of another job that is left for this one, where that was looked at as well. */
  readonly lookedAt?: string;
};

/**
 * A runner that GitHub calls busy and of which nothing is left (`dead`), that is up (`taken`), or whose
 * machine is there but does not speak to GitHub (`silent`); whose build, or whose registration, is not there
 * (any more), or whose build is too long in one stage (`missing`); or that is connected to GitHub and has no
 * job (`idle`).
 */
export type SeenRunner = {
  readonly name: string;
  readonly state: "dead" | "taken" | "silent" | "missing" | "idle";
};

/** Whether the job may be bound to a runner that will never run it. */
export function mayBeBound(seen: SeenRunner | undefined): seen is SeenRunner {
  return seen?.state === "dead" || seen?.state === "silent";
}

/** GitHub could not be asked where a job stands, or AWS what became of its runner. */
export type CheckFailure = {
  readonly kind: "check-failed";
  readonly jobKey: JobKey;
  readonly message: string;
  /** Where the job stands was told, but not what became of its runner, which may be there. */
  readonly isUnfinished?: true;
  /** When GitHub may be asked again, in milliseconds since the epoch. */
  readonly retryAt?: number;
  /** What somebody has to know of, once it is written down. */
  readonly error?: Error;
};
