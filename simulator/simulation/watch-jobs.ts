import type { Job } from "../github/model.ts";
import type { AnsweredCall } from "./contract.ts";
import { allowanceOf, foundByReconcile } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import { type Parts, spell } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";

/** Watches that every queued job is served, or its people told why it is not. */
export type JobWatch = {
  readonly onJob: (job: Job) => void;
  readonly onCall: (call: AnsweredCall) => void;
  readonly forget: (jobId: number) => void;
  /** Every job is over: none may be left. */
  readonly finish: () => void;
};

type Waiting = {
  readonly since: number;
  /** GitHub held it back, and did not tell when that was over. */
  readonly isUntold: boolean;
  readonly isBuild: boolean;
  /** Jobs, and builds, that were queued before this one and still waited. */
  readonly before: { readonly jobs: number; readonly builds: number };
  /** How many of each had been served, or had ended, when it was queued. */
  readonly servedBefore: { readonly jobs: number; readonly builds: number };
};

type State = Parts & {
  readonly waiting: Map<number, Waiting>;
  readonly told: Set<number>;
  /** Jobs that wait for their turn. */
  readonly pending: Set<number>;
  /** How many wait no more, and the builds among those that do. */
  readonly count: { jobs: number; builds: number; waitingBuilds: number };
};

/** No job is waiting yet. */
export function watchJobs(parts: Parts): JobWatch {
  const count = { jobs: 0, builds: 0, waitingBuilds: 0 };
  const state: State = {
    ...parts,
    waiting: new Map(),
    told: new Set(),
    pending: new Set(),
    count,
  };
  return {
    onJob: (job) => {
      if (job.status !== "queued") stopWaiting(state, job.id);
      else if (isOurs(job)) startWaiting(state, job);
      if (job.status === "pending") state.pending.add(job.id);
      else state.pending.delete(job.id);
    },
    onCall: (call) => {
      if (tells(call)) for (const id of namedJobs(call.request.body)) state.told.add(id);
    },
    forget: (jobId) => {
      stopWaiting(state, jobId);
      state.told.delete(jobId);
      state.pending.delete(jobId);
    },
    finish: () => {
      for (const [id, { since }] of state.waiting) complain(state, id, since);
    },
  };
}

/** As the launch label has it, alone or at the head of a composite label. */
export function isOurs({ labels }: Pick<Job, "labels">): boolean {
  return labels.some((label) => /^tornade(?:\/|$)/iu.test(label));
}

/** A check run of our own; a row alone is read by nobody. One whose answer is lost is seen all the same. */
function tells({ service, request, answer }: AnsweredCall): boolean {
  if (service !== "github" || answer === undefined || answer.status >= 300) return false;
  return request.method === "POST" && request.path.endsWith("/check-runs");
}

function startWaiting(state: State, { id, labels }: Job): void {
  const { count, waiting, timeline, deadlines } = state;
  const isUntold = state.pending.has(id);
  const isBuild = labels.some((label) => /runs-on=codebuild/iu.test(label));
  const since = timeline.now();
  const before = { jobs: waiting.size, builds: count.waitingBuilds };
  const servedBefore = { jobs: count.jobs, builds: count.builds };
  waiting.set(id, { since, isUntold, isBuild, before, servedBefore });
  if (isBuild) count.waitingBuilds += 1;
  deadlines.add(since + bounds.served, (now) => {
    checkServed(state, id, now);
  });
}

function stopWaiting({ waiting, count }: State, id: number): void {
  const wait = waiting.get(id);
  if (wait === undefined) return;
  waiting.delete(id);
  count.jobs += 1;
  if (!wait.isBuild) return;
  count.builds += 1;
  count.waitingBuilds -= 1;
}

function checkServed(state: State, id: number, now: number): void {
  const wait = state.waiting.get(id);
  if (wait === undefined || state.told.has(id)) return;
  const dueAt = state.countFrom(wait.since) + boundOf(state, id, wait);
  if (dueAt <= now) complain(state, id, wait.since);
  else {
    state.deadlines.add(dueAt, (later) => {
      checkServed(state, id, later);
    });
  }
}

function boundOf(
  { count, strikesOf, lastStrike, hinderedSince }: State,
  id: number,
  { since, isUntold, isBuild, before, servedBefore }: Waiting,
): number {
  // Its turn may come after those that were there first, or after as many that came later.
  const jobs = Math.max(before.jobs, count.jobs - servedBefore.jobs);
  const builds = isBuild ? Math.max(before.builds, count.builds - servedBefore.builds) : 0;
  const queue = jobs * bounds.servedPerJobBefore + builds * bounds.servedPerBuildBefore;
  const strikes = [...strikesOf(id)];
  // One that waits for capacity may have heard of the drought from the others.
  const isSpared = !strikes.some(({ fault }) => fault === "drought");
  const at = lastStrike("drought");
  if (isSpared && at >= since) strikes.push({ fault: "drought", at });
  const isLost = isUntold || strikes.some(({ fault }) => foundByReconcile.has(fault));
  const passes = isLost ? hinderedSince(since) * bounds.servedPerHinderedPass : 0;
  const untold = isUntold ? bounds.servedUntold : 0;
  return bounds.served + untold + queue + allowanceOf(strikes) + passes;
}

function complain(state: State, jobId: number, since: number): void {
  if (state.told.has(jobId)) return;
  state.told.add(jobId);
  const waited = spell(state.timeline.now() - since);
  const struck = state.strikesOf(jobId).map(({ fault }) => fault);
  const explained = struck.length === 0 ? "no fault" : struck.join(", ");
  state.report({
    invariant: invariants.served,
    jobId,
    details: `job has been queued for ${waited}, and nobody was told why; what struck it: ${explained}`,
  });
}
