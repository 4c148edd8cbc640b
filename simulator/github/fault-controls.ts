import { stealJob } from "./jobs.ts";
import type { PlannedFaults } from "./planned-faults.ts";
import { cancelJob, loseRegistration, removeRunner } from "./sessions.ts";
import type { State } from "./state.ts";

/** What can be made to go wrong inside GitHub; each has been seen to. */
export type FaultControls = {
  /** Takes the registration of an idle runner away, as GitHub does with those that listen for too long. */
  readonly removeRunner: (runnerId: number) => void;
  /** Drops a registration whose runner goes on listening, in vain: a ghost. */
  readonly loseRunner: (runnerId: number) => void;
  /** Gives a queued job to a runner that is not registered here: somebody else's, with the same labels. */
  readonly stealJob: (jobId: number) => void;
  /** Ends a queued job as GitHub does when no runner has taken it for a day. */
  readonly expireJob: (jobId: number) => void;
  /** What goes wrong from now on. */
  readonly planFaults: (faults: Partial<PlannedFaults>) => void;
};

/** The ways in which one GitHub can be made to misbehave. */
export function createFaultControls(state: State): FaultControls {
  return {
    removeRunner: (runnerId) => {
      if (state.runners.get(runnerId)?.jobId === null) removeRunner(state, runnerId);
    },
    loseRunner: (runnerId) => {
      loseRegistration(state, runnerId);
    },
    stealJob: (jobId) => {
      const isAssigned = [...state.runners.values()].some((runner) => runner.jobId === jobId);
      if (!isAssigned) stealJob(state, jobId);
    },
    expireJob: (jobId) => {
      if (state.queued.has(jobId)) cancelJob(state, jobId);
    },
    planFaults: (faults) => {
      Object.assign(state.faults, faults);
    },
  };
}
