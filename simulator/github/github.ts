import type { WireService } from "../wire.ts";
import { requestAssignment } from "./assignment.ts";
import { listDeliveries, redeliver } from "./deliveries.ts";
import {
  addRepository,
  findRepository,
  type NewRepository,
  removeInstallation,
} from "./directory.ts";
import { createFaultControls, type FaultControls } from "./fault-controls.ts";
import { forget, type Retention } from "./forget.ts";
import { addJob, type NewJob, releaseJob, rerunFailedJobs } from "./jobs.ts";
import type { CheckRun, Delivery, Job, Repository, Runner } from "./model.ts";
import { createRestApi } from "./rest.ts";
import { readRun } from "./runs.ts";
import type { ConnectionRefusal, RunnerListener, RunnerSession } from "./session.ts";
import { cancelJob, connectRunner } from "./sessions.ts";
import { createState, type GitHubOptions, type State } from "./state.ts";
import type { Watcher } from "./watcher.ts";

/** GitHub as a dispatcher of runners meets it: REST API, webhooks, and the service that runners talk to. */
export type GitHub = FaultControls & {
  /** The REST API, at paths as on api.github.com. */
  readonly handle: WireService;
  readonly addRepository: (added: NewRepository) => Repository;
  /** Uninstalls the App at an owner. */
  readonly removeInstallation: (owner: string) => void;
  readonly queueJob: (added: NewJob) => Job;
  /** Lets a job that was added as `waiting` or `pending` wait for a runner. */
  readonly releaseJob: (jobId: number) => void;
  readonly cancelJob: (jobId: number) => void;
  /** A new attempt of a completed run, for what did not succeed; false while it is not completed. */
  readonly rerunFailedJobs: (repository: string, runId: number) => boolean;
  /** The job, unless it was forgotten. */
  readonly findJob: (jobId: number) => Job | undefined;
  /** Drops what is so old that nobody asks for it; see `Retention`. */
  readonly forget: (retention: Retention) => readonly Job[];
  readonly connectRunner: (
    encodedJitConfig: string,
    listener: RunnerListener,
  ) => RunnerSession | ConnectionRefusal;
  readonly repositories: () => readonly Repository[];
  readonly jobs: () => readonly Job[];
  readonly runners: () => readonly Runner[];
  readonly deliveries: () => readonly Delivery[];
  /** What the App has said of its own about commits. */
  readonly checkRuns: () => readonly CheckRun[];
  /** Sends an event again under its GUID, as the button on the App's page does. */
  readonly redeliver: (guid: string) => void;
  /** Tells every change of jobs and runners, until the function returned is called. */
  readonly watch: (watcher: Watcher) => () => void;
  /** Begins a new hour for every installation's rate limit. */
  readonly resetRateLimits: () => void;
};

/** A GitHub without repositories; everything it does happens on the timeline given. */
export function createGitHub(options: GitHubOptions): GitHub {
  const state = createState(options);
  return {
    handle: createRestApi(state),
    addRepository: (added) => addRepository(state, added),
    removeInstallation: (owner) => {
      removeInstallation(state, owner);
    },
    ...createJobControls(state),
    forget: (retention) => forget(state, retention),
    connectRunner: (encodedJitConfig, listener) => connectRunner(state, encodedJitConfig, listener),
    runners: () => [...state.runners.values()],
    deliveries: () => listDeliveries(state),
    checkRuns: () => [...state.checkRuns],
    watch: (watcher) => {
      state.watchers.add(watcher);
      return () => {
        state.watchers.delete(watcher);
      };
    },
    ...createFaultControls(state),
    redeliver: (guid) => {
      const delivery = listDeliveries(state).findLast((one) => one.guid === guid);
      if (delivery === undefined) throw new Error(`no delivery has the GUID '${guid}'`);
      redeliver(state, delivery);
    },
    resetRateLimits: () => {
      state.rateWindows.clear();
    },
  };
}

/** What people do with jobs. */
function createJobControls(state: State) {
  return {
    queueJob: (added) => queueJob(state, added),
    releaseJob: (jobId) => {
      releaseJob(state, jobId);
      requestAssignment(state);
    },
    cancelJob: (jobId) => {
      cancelJob(state, jobId);
    },
    rerunFailedJobs: (repository, runId) => {
      const run = readRun(state, repository, runId);
      if (run === undefined) return true;
      if (run.status !== "completed") return false;
      if (run.conclusion !== "success") rerunFailedJobs(state, run);
      requestAssignment(state);
      return true;
    },
    findJob: (jobId) => state.jobs.get(jobId),
    repositories: () =>
      [...state.repositories.keys()].flatMap((name) => findRepository(state, name) ?? []),
    jobs: () => [...state.jobs.values()],
  } satisfies Partial<GitHub>;
}

function queueJob(state: State, added: NewJob): Job {
  const repository = findRepository(state, added.repository)?.fullName;
  if (repository === undefined) {
    throw new Error(`repository '${added.repository}' is unknown; add it with addRepository`);
  }
  const job = addJob(state, { ...added, repository });
  requestAssignment(state);
  return job;
}
