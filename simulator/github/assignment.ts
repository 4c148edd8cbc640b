import { startJob } from "./jobs.ts";
import type { Job, Runner } from "./model.ts";
import { canServe, updateRunner } from "./runners.ts";
import type { State } from "./state.ts";

/** From the message with the job to its start on a runner that listens. */
const pickUpMilliseconds = 200;
/** A job message that is not picked up for this long goes back to the queue. */
const pickUpLimitMilliseconds = 60_000;

/**
 * Has queued jobs given to idle runners a little later: oldest job first, to any runner with all of its
 * labels. Which one GitHub picks is not documented, so the simulator draws: nobody may count on a runner
 * getting the job it was made for.
 */
export function requestAssignment(state: State): void {
  if (state.assignment.requested) return;
  state.assignment.requested = true;
  state.timeline.after(state.assignmentDelayMilliseconds, () => {
    state.assignment.requested = false;
    match(state);
  });
}

function match(state: State): void {
  const runners = [...state.runners.values()];
  const assigned = new Set(runners.map(({ jobId }) => jobId));
  const idle = new Set(
    runners.filter(({ status, jobId }) => status === "online" && jobId === null),
  );
  for (const job of [...state.queued.keys()].flatMap((id) => state.jobs.get(id) ?? [])) {
    if (idle.size === 0) return;
    const candidates = assigned.has(job.id) ? [] : [...idle].filter((one) => canServe(one, job));
    const runner = draw(state, candidates);
    if (runner === undefined) continue;
    idle.delete(runner);
    assign(state, runner, job);
  }
}

function draw({ random }: State, candidates: readonly Runner[]): Runner | undefined {
  if (candidates.length < 2) return candidates[0];
  return candidates[Math.floor(random() * candidates.length)];
}

function assign(state: State, runner: Runner, job: Job): void {
  updateRunner(state, runner.id, { jobId: job.id });
  if (state.faults.bindsForGood(job, runner)) return;
  state.timeline.after(pickUpMilliseconds, () => {
    pickUp(state, runner, job.id);
  });
  state.timeline.after(pickUpLimitMilliseconds, () => {
    takeBack(state, runner, job.id);
  });
}

function pickUp(state: State, { id, name, groupId }: Runner, jobId: number): void {
  const open = state.sessions.get(id);
  if (open === undefined || state.runners.get(id)?.jobId !== jobId) return;
  const waiting = state.jobs.get(jobId);
  if (waiting !== undefined && state.faults.losesMessage(waiting)) return;
  const job = startJob(state, jobId, { id, name, groupId });
  if (job !== undefined) open.listener.onJob(job, open.session);
}

function takeBack(state: State, { id }: Runner, jobId: number): void {
  if (!state.queued.has(jobId) || state.runners.get(id)?.jobId !== jobId) return;
  updateRunner(state, id, { jobId: null });
  requestAssignment(state);
}
