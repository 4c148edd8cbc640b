import type { Job } from "../github/model.ts";
import { canServe } from "../github/runners.ts";
import { allowanceOf, foundByReconcile } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import { isAlive, type KnownRunner, type KnownRunners } from "./known-runners.ts";
import { type Parts, spell } from "./monitor-parts.ts";

/** Looks after a while whether a machine is still there that has no job, or has done its one. */
export function watchIdle(parts: Parts, runner: KnownRunner, bound: number): void {
  const since = parts.timeline.now();
  const check = (now: number): void => {
    const isRunning = [...runner.computes.values()].some(({ hasEnded }) => !hasEnded);
    if (!isRunning || (runner.took !== undefined && bound === bounds.idle)) return;
    const latest = excusedUntil(parts, runner, since) + bound;
    if (latest > now) {
      parts.deadlines.add(latest, check);
      return;
    }
    const what = runner.took === undefined ? "has had no job" : "has nothing to do any more";
    const details = `runner ${runner.name} ${what} for ${spell(now - since)} and still runs`;
    parts.report({ invariant: invariants.idle, jobId: runner.madeFor, details });
  };
  parts.deadlines.add(since + bound, check);
}

// What hangs is found by a pass of reconcile alone, and retired once GitHub answers; that its job is over
// must have been told, or is asked for once an hour.
function excusedUntil(parts: Parts, { madeFor }: KnownRunner, since: number): number {
  const strikes = parts.strikesOf(madeFor);
  const allowance = allowanceOf(strikes);
  if (!strikes.some(({ fault }) => fault === "machine-hangs")) return since + allowance;
  const passes = parts.hinderedSince(since) * bounds.servedPerHinderedPass;
  const isUntold = strikes.some(({ fault }) => foundByReconcile.has(fault));
  return parts.countFrom(since) + allowance + passes + (isUntold ? bounds.untold : 0);
}

/** Looks after a while whether a machine is still there that has never connected to GitHub. */
export function watchBooting(parts: Parts, runner: KnownRunner, computeId: string): void {
  let since = parts.timeline.now();
  const check = (now: number): void => {
    const compute = runner.computes.get(computeId);
    if (compute === undefined || compute.isStopped || compute.hasEnded) return;
    // A build may be queued for hours.
    if (parts.services.aws.codeBuild.isQueued(computeId)) since = now;
    if (runner.isOnline || runner.given !== undefined || runner.took !== undefined) return;
    const latest =
      parts.countFrom(since) + bounds.booting + allowanceOf(parts.strikesOf(runner.madeFor));
    if (latest > now) {
      parts.deadlines.add(latest, check);
      return;
    }
    const details = `runner ${runner.name} has not connected for ${spell(now - since)} and still runs`;
    parts.report({ invariant: invariants.idle, jobId: runner.madeFor, details });
  };
  parts.deadlines.add(since + bounds.booting, check);
}

/** Looks after a while whether the machine of a job that nobody runs is still there, of use to no other. */
export function watchCancelled(parts: Parts, runner: KnownRunner): void {
  const since = parts.timeline.now();
  const { startedAt = since } = runner;
  const launched = startedAt + bounds.launching;
  const bound = Math.max(bounds.cancelled, launched + bounds.cancelled - since);
  const check = (now: number): void => {
    const machines = [...runner.computes.values()];
    const runs = machines.some(({ hasEnded, isStopped }) => !hasEnded && !isStopped);
    if (!runs || runner.took !== undefined || runner.jobId !== undefined) return;
    const latest = parts.countFrom(since) + bound + allowanceOf(parts.strikesOf(runner.madeFor));
    if (latest > now) {
      parts.deadlines.add(latest, check);
      return;
    }
    if (isOfUse(parts, runner)) return;
    const details = `runner ${runner.name} still runs ${spell(now - since)} after its job ended without it, and no other job wants it`;
    parts.report({ invariant: invariants.idle, jobId: runner.madeFor, details });
  };
  parts.deadlines.add(since + bound, check);
}

function isOfUse({ services: { gitHub } }: Parts, { registrationId }: KnownRunner): boolean {
  const registered = gitHub.runners().find(({ id }) => id === registrationId);
  if (registered === undefined) return false;
  return gitHub.jobs().some((job) => job.status === "queued" && canServe(registered, job));
}

/** Looks after a while whether a job got another runner after the one that was made for it ended. */
export function watchReplaced(parts: Parts, runners: KnownRunners, jobId: number): void {
  // GitHub held it back, and its runner was let go.
  if (parts.services.gitHub.findJob(jobId)?.status !== "queued") return;
  const since = parts.timeline.now();
  const launches = countLaunches(runners, jobId);
  const check = (now: number): void => {
    const job = parts.services.gitHub.findJob(jobId);
    if (job?.status !== "queued" || countLaunches(runners, jobId) > launches) return;
    if (isServed(parts, runners, job)) return;
    const latest = parts.countFrom(since) + bounds.replaced + allowanceOf(parts.strikesOf(jobId));
    if (latest > now) {
      parts.deadlines.add(latest, check);
      return;
    }
    const details = `job has had no runner for ${spell(now - since)}, since its last one ended`;
    parts.report({ invariant: invariants.served, jobId, details });
  };
  parts.deadlines.add(since + bounds.replaced, check);
}

function countLaunches(runners: KnownRunners, jobId: number): number {
  return runners.madeFor(jobId).reduce((sum, { computes }) => sum + computes.size, 0);
}

function isServed({ services: { gitHub } }: Parts, runners: KnownRunners, job: Job): boolean {
  return gitHub.runners().some((runner) => {
    const known = runners.byName(runner.name);
    const isFree = known !== undefined && isAlive(known) && known.took === undefined;
    return isFree && canServe(runner, job);
  });
}

/** Looks after a while whether a registration is still there that nothing is going to use. */
export function watchUnused(parts: Parts, runner: KnownRunner, bound: number): void {
  const since = parts.timeline.now();
  const id = runner.registrationId;
  const check = (now: number): void => {
    const isLeft = runner.isRegistered && runner.registrationId === id;
    if (!isLeft || runner.took !== undefined || isAlive(runner)) return;
    const latest = parts.countFrom(since) + bound + allowanceOf(parts.strikesOf(runner.madeFor));
    if (latest > now) {
      parts.deadlines.add(latest, check);
      return;
    }
    const machine = runner.computes.size === 0 ? "never had a machine" : "has no machine any more";
    const details = `runner ${runner.name} ${machine}, and is still registered after ${spell(now - since)}`;
    parts.report({ invariant: invariants.registration, jobId: runner.madeFor, details });
  };
  parts.deadlines.add(since + bound, check);
}
