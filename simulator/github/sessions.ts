import { requestAssignment } from "./assignment.ts";
import { readJitConfig } from "./jit-config.ts";
import { endJob } from "./jobs.ts";
import type { Conclusion, Job, Runner } from "./model.ts";
import { dropRunner, updateRunner } from "./runners.ts";
import type { ConnectionRefusal, RunnerListener, RunnerSession } from "./session.ts";
import type { State } from "./state.ts";

/** https://github.com/actions/runner/issues/4726 */
const longestIdleMilliseconds = 5 * 60_000;
/** GitHub takes a runner that was killed for a listening one this long. */
const believedOnlineMilliseconds = 60_000;
/** The worker's lock on its job runs out this long after the last sign of life. */
const lostCommunicationMilliseconds = 10 * 60_000;
/** A listening runner learns at its next poll that it has been removed. */
const nextPollMilliseconds = 1000;

const lostCommunication =
  "The self-hosted runner lost communication with the server. Verify the machine is running and has a healthy network connection.";

/** Connects a runner with its JIT config, which can be done once. */
export function connectRunner(
  state: State,
  encodedJitConfig: string,
  listener: RunnerListener,
): RunnerSession | ConnectionRefusal {
  const identity = readJitConfig(encodedJitConfig);
  if (identity === undefined) return "malformed";
  const runner = state.runners.get(identity.id);
  if (runner === undefined || runner.clientId !== identity.clientId) return "deleted";
  if (runner.status !== "unused") return "conflict";
  updateRunner(state, runner.id, { status: "online" });
  const session = createSession(state, runner);
  state.sessions.set(runner.id, { listener, session });
  removeWhenIdle(state, runner.id);
  requestAssignment(state);
  return session;
}

/** Takes a registration away; a listening runner hears of it at its next poll. */
export function removeRunner(state: State, id: number): void {
  const listener = state.sessions.get(id)?.listener;
  state.sessions.delete(id);
  dropRunner(state, id);
  if (listener !== undefined) state.timeline.after(nextPollMilliseconds, listener.onRemoved);
}

/**
 * Drops the registration of a runner without a job and tells the runner nothing: it listens in vain.
 * https://github.com/actions/runner/issues/4617
 */
export function loseRegistration(state: State, id: number): void {
  if (state.runners.get(id)?.jobId !== null) return;
  state.sessions.delete(id);
  dropRunner(state, id);
}

/**
 * Cancels a job. A running one is ended by its runner. One that is not yet picked up ends at once, and the
 * runner it was meant for becomes a ghost: registration consumed, still listening, told nothing.
 * https://github.com/actions/runner/issues/4617
 */
export function cancelJob(state: State, jobId: number): void {
  const runner = [...state.runners.values()].find((candidate) => candidate.jobId === jobId);
  const open = runner === undefined ? undefined : state.sessions.get(runner.id);
  if (open !== undefined && !state.queued.has(jobId)) {
    open.listener.onCancelled();
    return;
  }
  if (runner !== undefined) dropRunner(state, runner.id);
  endJob(state, jobId, { conclusion: "cancelled" });
}

function removeWhenIdle(state: State, id: number): void {
  state.timeline.after(longestIdleMilliseconds, () => {
    if (state.runners.get(id)?.jobId === null) removeRunner(state, id);
  });
}

function createSession(state: State, { id, name }: Runner): RunnerSession {
  return {
    runnerId: id,
    runnerName: name,
    completeJob: (conclusion, annotations = []) => {
      if (state.sessions.delete(id)) endJobOf(state, id, { conclusion, annotations });
    },
    disconnect: () => {
      if (state.sessions.delete(id)) loseRunner(state, id, 0);
    },
    vanish: () => {
      if (state.sessions.delete(id)) loseRunner(state, id, believedOnlineMilliseconds);
    },
  };
}

function loseRunner(state: State, id: number, believedMilliseconds: number): void {
  if (runningJobOf(state, id) === undefined) {
    state.timeline.after(believedMilliseconds, () => {
      updateRunner(state, id, { status: "offline" });
    });
    return;
  }
  state.timeline.after(lostCommunicationMilliseconds, () => {
    endJobOf(state, id, { conclusion: "failure", annotations: [lostCommunication] });
  });
}

/** An ephemeral runner has one job: GitHub drops the registration with it. */
function endJobOf(
  state: State,
  id: number,
  end: { readonly conclusion: Conclusion; readonly annotations: readonly string[] },
): void {
  const job = runningJobOf(state, id);
  dropRunner(state, id);
  if (job !== undefined) endJob(state, job.id, end);
}

function runningJobOf(state: State, runnerId: number): Job | undefined {
  const jobId = state.runners.get(runnerId)?.jobId ?? undefined;
  const job = jobId === undefined ? undefined : state.jobs.get(jobId);
  return job?.status === "in_progress" ? job : undefined;
}
