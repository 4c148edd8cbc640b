import type { EventBridgeEvent } from "../aws/events.ts";
import type { Job, Runner } from "../github/model.ts";
import { countExplained } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import { type ComputeChange, readComputeChange } from "./computes.ts";
import { isAlive, type KnownRunner, type KnownRunners } from "./known-runners.ts";
import type { Parts } from "./monitor-parts.ts";
import {
  watchBooting,
  watchCancelled,
  watchIdle,
  watchReplaced,
  watchUnused,
} from "./watch-leftovers.ts";

/** Watches machines and registrations: that there are enough of them, and not one too many. */
export type RunnerWatch = {
  readonly onTask: (event: EventBridgeEvent) => void;
  readonly onRunner: (runner: Runner, change: "registered" | "changed" | "dropped") => void;
  readonly onJob: (job: Job) => void;
  readonly forget: (jobId: number) => void;
};

type State = Parts & {
  readonly runners: KnownRunners;
  /** How often GitHub has told of a job that it is queued: once more after an approval. */
  readonly tellings: Map<number, number>;
  /** Machine by JIT config, and the JIT configs by job. */
  readonly jitConfigs: Map<string, string>;
  readonly jitConfigsOf: Map<number, string[]>;
};

/** No runner is known yet. */
export function watchRunners(parts: Parts, runners: KnownRunners): RunnerWatch {
  const state: State = {
    ...parts,
    runners,
    tellings: new Map(),
    jitConfigs: new Map(),
    jitConfigsOf: new Map(),
  };
  return {
    onTask: (event) => {
      const change = readComputeChange(event);
      if (change !== undefined) noteChange(state, change);
    },
    onRunner: (runner, change) => {
      const before = runners.byName(runner.name)?.isOnline ?? false;
      const known = runners.noteRegistration(runner, change === "dropped");
      if (known === undefined) return;
      if (change === "registered") watchUnused(state, known, bounds.unusedRegistration);
      if (known.isOnline && !before) watchIdle(state, known, bounds.idle);
    },
    onJob: (job) => {
      countTelling(state, job);
      const known = runners.noteJob(job);
      if (known !== undefined && job.status === "completed") {
        watchIdle(state, known, bounds.afterJob);
      }
      if (job.status !== "completed" || job.runner !== null) return;
      for (const left of runners.madeFor(job.id)) watchCancelled(state, left);
    },
    forget: (jobId) => {
      runners.forget(jobId);
      state.tellings.delete(jobId);
      for (const jitConfig of state.jitConfigsOf.get(jobId) ?? [])
        state.jitConfigs.delete(jitConfig);
      state.jitConfigsOf.delete(jobId);
    },
  };
}

function noteChange(state: State, change: ComputeChange): void {
  const before = state.runners.byName(change.runnerName)?.computes.get(change.id);
  if (before === undefined && change.hasEnded) return;
  const known = state.runners.noteCompute(change);
  if (known === undefined) return;
  if (before === undefined) {
    known.startedAt = state.timeline.now();
    checkAlone(state, known);
    checkCount(state, known);
    checkJitConfig(state, known, change);
    watchBooting(state, known, change.id);
    const job = state.services.gitHub.findJob(known.madeFor);
    if (job?.status === "completed" && job.runner === null) watchCancelled(state, known);
  }
  if (change.isStopped && before?.isStopped !== true) checkNotBusy(state, known);
  if (change.hasEnded && before?.hasEnded !== true) {
    watchUnused(state, known, bounds.registration);
    if (known.took === undefined) watchReplaced(state, state.runners, known.madeFor);
  }
}

/** A machine has been started: no other may be there that serves, or waits to serve, the same job. */
function checkAlone({ runners, report }: State, started: KnownRunner): void {
  const { madeFor: jobId, name } = started;
  const rivals = runners
    .madeFor(jobId)
    .filter((other) => other !== started && (other.took ?? jobId) === jobId && isAlive(other));
  const machines = [...started.computes.values()].filter(({ hasEnded }) => !hasEnded);
  if (rivals.length === 0 && machines.length < 2) return;
  const rival = rivals[0]?.name ?? "another machine of its own name";
  const details = `runner ${name} was started while ${rival} is alive`;
  report({ invariant: invariants.oneRunner, jobId, details });
}

// Of a job that waits for an approval GitHub says `queued` too, so a runner may come and go in vain.
function countTelling({ tellings }: State, { id, status }: Job): void {
  if (status === "in_progress" || status === "completed") return;
  tellings.set(id, (tellings.get(id) ?? 0) + 1);
}

/** Every launch after the first has to be explained: by a fault, or by a runner that took another job. */
function checkCount(state: State, { madeFor: jobId, name }: KnownRunner): void {
  const made = state.runners.madeFor(jobId);
  const launches = made.reduce((sum, { computes }) => sum + computes.size, 0);
  // A job that ended before the runner it was given to heard of it has used up that runner as well.
  const robbed = made.filter(({ took, given }) => (took ?? given ?? jobId) !== jobId).length;
  const struck = countExplained(state.strikesOf(jobId));
  const explained = Math.max(1, state.tellings.get(jobId) ?? 1) + robbed + struck;
  if (launches <= explained) return;
  const details = `runner ${name} is launch ${launches} of its job, explained are ${explained}: ${robbed} of its runners took other jobs, ${struck} faults struck`;
  state.report({ invariant: invariants.launches, jobId, details });
}

function checkJitConfig(
  { jitConfigs, jitConfigsOf, report }: State,
  { madeFor: jobId, name }: KnownRunner,
  { jitConfig, id }: ComputeChange,
): void {
  const user = jitConfigs.get(jitConfig);
  jitConfigs.set(jitConfig, id);
  const ofJob = jitConfigsOf.get(jobId);
  if (ofJob === undefined) jitConfigsOf.set(jobId, [jitConfig]);
  else ofJob.push(jitConfig);
  if (user === undefined || user === id) return;
  const details = `runner ${name} was started with the JIT config of ${user}`;
  report({ invariant: invariants.jitConfig, jobId, details });
}

function checkNotBusy({ report, services: { gitHub } }: State, known: KnownRunner): void {
  const { jobId, name } = known;
  const job = jobId === undefined ? undefined : gitHub.findJob(jobId);
  if (job === undefined || job.status === "completed") return;
  const had = job.status === "in_progress" ? "ran" : "had been given";
  const details = `runner ${name} was stopped while it ${had} job ${job.id}`;
  report({ invariant: invariants.busy, jobId: job.id, details });
}
