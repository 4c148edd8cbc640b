import { recordPush } from "./directory.ts";
import type { Conclusion, Job, JobRunner, RunEvent } from "./model.ts";
import { rememberRun, type Run } from "./runs.ts";
import type { State } from "./state.ts";
import { announceJob, type JobAction } from "./webhooks.ts";

/** What a test or the demo says about a job that is to be queued. */
export type NewJob = {
  /** `owner/name` */
  readonly repository: string;
  readonly name: string;
  readonly labels: readonly string[];
  /** @default a new run */
  readonly runId?: number;
  /** @default 1 */
  readonly runAttempt?: number;
  /** What started the run. @default "push" */
  readonly event?: RunEvent;
  /** @default 30_000 */
  readonly durationMilliseconds?: number;
  /** @default "success" */
  readonly conclusion?: Conclusion;
  /** Held back until it is released: by an approval, or by a concurrency group. @default "queued" */
  readonly status?: "waiting" | "pending" | "queued";
  /** The environment it is deployed to. @default none */
  readonly environment?: string;
};

/** GitHub gives up on a job that no runner has taken within a day. */
const longestWaitMilliseconds = 86_400_000;

/**
 * A new job, waiting for a runner or held back. Of one that is held back GitHub says `queued` too, with
 * its true status in the payload (seen with an environment; assumed where a job waits for its turn).
 */
export function addJob(state: State, added: NewJob): Job {
  const { conclusion = "success", durationMilliseconds = 30_000, runAttempt = 1 } = added;
  const { repository, name, labels, environment, runId = state.nextId.run() } = added;
  const { status = "queued", event = "push" } = added;
  if (event === "push" && runAttempt === 1 && !state.runs.has(runId)) recordPush(state, repository);
  const wanted = { durationMilliseconds, wantedConclusion: conclusion };
  const place = environment === undefined ? {} : { environment };
  const job = { repository, name, labels, runId, runAttempt, event, ...wanted, ...place };
  return insert(state, { ...job, ...queuedNow(state), status }, "queued");
}

/**
 * Lets a job that was held back wait for a runner. After an approval GitHub says `queued` once more, with
 * a status that is out of date as often as not; of one whose turn has come it says nothing.
 * https://github.com/runs-on/runs-on/issues/429, https://github.com/runs-on/runs-on/issues/452
 */
export function releaseJob(state: State, id: number): void {
  const job = state.jobs.get(id);
  if (job?.status === "pending") setJob(state, { ...job, status: "queued" });
  else if (job?.status === "waiting") {
    const told = state.random() < 0.5 ? job.status : "queued";
    change(state, id, { action: "queued", status: "queued", told });
  } else return;
  waitAtMostADay(state, id);
}

/** The job has begun on a runner; `undefined` when it is no longer queued. */
export function startJob(state: State, id: number, runner: JobRunner): Job | undefined {
  if (!state.queued.has(id)) return undefined;
  const startedAt = state.timeline.now();
  return change(state, id, { action: "in_progress", status: "in_progress", startedAt, runner });
}

/** The job has ended, with or without ever having had a runner; one that had ended before stays as it is. */
export function endJob(
  state: State,
  id: number,
  end: { readonly conclusion: Conclusion; readonly annotations?: readonly string[] },
): void {
  const completedAt = state.timeline.now();
  if (state.jobs.get(id)?.status === "completed") return;
  change(state, id, { action: "completed", status: "completed", ...end, completedAt });
}

/** The job is done by a runner registered elsewhere that has its labels: any of the organization may. */
export function stealJob(state: State, id: number): void {
  const job = startJob(state, id, {
    id: 9_000_000 + (id % 1_000_000),
    name: `other-${id}`,
    groupId: 1,
  });
  if (job === undefined) return;
  state.timeline.after(job.durationMilliseconds, () => {
    endJob(state, id, { conclusion: job.wantedConclusion });
  });
}

/**
 * A new attempt of a completed run: what did not succeed is queued anew, what did is copied, with another
 * id and a `completed` event of its own.
 * https://github.com/actions/actions-runner-controller/issues/4315
 */
export function rerunFailedJobs(state: State, run: Run): void {
  for (const { id: _previous, ...job } of run.jobs) {
    const again = { ...job, runAttempt: job.runAttempt + 1 };
    if (job.conclusion === "success") insert(state, again, "completed");
    else insert(state, { ...again, ...queuedNow(state) }, "queued");
  }
}

function insert(state: State, job: Omit<Job, "id">, action: JobAction): Job {
  const inserted = { ...job, id: state.nextId.job() };
  setJob(state, inserted);
  rememberRun(state, inserted);
  if (inserted.status === "queued") waitAtMostADay(state, inserted.id);
  announceJob(state, inserted, action);
  return inserted;
}

function waitAtMostADay(state: State, id: number): void {
  const giveUp = state.timeline.after(longestWaitMilliseconds, () => {
    endJob(state, id, { conclusion: "cancelled" });
  });
  state.queued.set(id, giveUp);
}

/** What the webhook says of a change; `told` is the job's status there. @default the true one */
type Telling = { readonly action: JobAction; readonly told?: Job["status"] };

function change(
  state: State,
  id: number,
  { action, told, ...changes }: Partial<Job> & Telling,
): Job | undefined {
  const job = state.jobs.get(id);
  if (job === undefined) return undefined;
  const changed = { ...job, ...changes };
  setJob(state, changed);
  state.queued.get(id)?.();
  state.queued.delete(id);
  announceJob(state, { ...changed, status: told ?? changed.status }, action);
  return changed;
}

function setJob({ jobs, watchers }: State, job: Job): void {
  jobs.set(job.id, job);
  for (const watcher of watchers) watcher.onJob(job);
}

function queuedNow({ timeline }: State) {
  const unknown = { conclusion: null, startedAt: null, completedAt: null, runner: null } as const;
  return { ...unknown, status: "queued", createdAt: timeline.now(), annotations: [] } as const;
}
