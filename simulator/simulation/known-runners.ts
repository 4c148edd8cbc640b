import { readRunnerName } from "../../functions/core/runner-name.ts";
import type { Job, Runner } from "../github/model.ts";
import type { ComputeChange } from "./computes.ts";

/** One runner of ours, as GitHub and the compute services have it. */
export type KnownRunner = {
  readonly name: string;
  /** The job it was made for. */
  readonly madeFor: number;
  registrationId?: number;
  isRegistered: boolean;
  isOnline: boolean;
  /** The job it has been given, from the assignment on. */
  jobId?: number;
  /** The last job it was given, whether it heard of that or not. */
  given?: number;
  /** The job it took, for ever. */
  took?: number;
  /** When its newest machine was started. */
  startedAt?: number;
  readonly computes: Map<string, Compute>;
};

/** A task or build that was started for a runner. */
export type Compute = { readonly id: string; isStopped: boolean; hasEnded: boolean };

/** The runners of ours that are or were there, by name and by job. */
export type KnownRunners = {
  readonly byName: (name: string) => KnownRunner | undefined;
  /** Those that were made for this job, in the order in which they became known. */
  readonly madeFor: (jobId: number) => readonly KnownRunner[];
  readonly noteRegistration: (runner: Runner, isDropped: boolean) => KnownRunner | undefined;
  readonly noteJob: (job: Job) => KnownRunner | undefined;
  readonly noteCompute: (change: ComputeChange) => KnownRunner | undefined;
  readonly forget: (jobId: number) => void;
};

/** None is known yet. */
export function createKnownRunners(): KnownRunners {
  const byJob = new Map<number, Map<string, KnownRunner>>();
  const find = (name: string): KnownRunner | undefined => {
    const madeFor = readMadeFor(name);
    return madeFor === undefined ? undefined : byJob.get(madeFor)?.get(name);
  };
  const findOrAdd = (name: string): KnownRunner | undefined => {
    const madeFor = readMadeFor(name);
    if (madeFor === undefined) return undefined;
    const ofJob = byJob.get(madeFor) ?? new Map<string, KnownRunner>();
    byJob.set(madeFor, ofJob);
    const known = ofJob.get(name) ?? createRunner(name, madeFor);
    ofJob.set(name, known);
    return known;
  };
  return {
    byName: find,
    madeFor: (jobId) => [...(byJob.get(jobId)?.values() ?? [])],
    noteRegistration: (runner, isDropped) => {
      const known = isDropped ? find(runner.name) : findOrAdd(runner.name);
      if (known !== undefined) noteRegistration(known, runner, isDropped);
      return known;
    },
    noteJob: ({ id, runner }) => {
      const known = runner === null ? undefined : find(runner.name);
      if (known !== undefined) known.took = id;
      return known;
    },
    noteCompute: (change) => {
      const known = findOrAdd(change.runnerName);
      if (known !== undefined) noteCompute(known, change);
      return known;
    },
    forget: (jobId) => {
      byJob.delete(jobId);
    },
  };
}

/** Whether something runs, or is going to, that could take a job as this runner. */
export function isAlive({ computes, isRegistered, took }: KnownRunner): boolean {
  const runs = [...computes.values()].some(({ isStopped, hasEnded }) => !isStopped && !hasEnded);
  return runs && (isRegistered || took !== undefined);
}

/** Most links of a chain of jobs that took each other's runners: a matrix has no more. */
const longestChain = 300;

/** How many of them, from the first on, count besides the last. */
const nearLinks = 20;

/**
 * The job, the one that took its runner, or was given it and never heard of it, the one that took the
 * runner of that, and so on: what is left for a robbed job is the runner of the last, and what befalls
 * that one befalls them all.
 */
export function connectedJobs(runners: KnownRunners, jobId: number): readonly number[] {
  const found = new Set([jobId]);
  for (const id of found) {
    if (found.size > longestChain) break;
    const others = runners.madeFor(id).flatMap(({ given, took }) => [given, took]);
    for (const other of others) if (other !== undefined) found.add(other);
  }
  const chain = [...found];
  return chain.filter((_, index) => index < nearLinks || index === chain.length - 1);
}

function readMadeFor(name: string): number | undefined {
  const key = readRunnerName("tornade", name)?.jobKey;
  return key === undefined ? undefined : Number(key.split("-")[0]);
}

function createRunner(name: string, madeFor: number): KnownRunner {
  return { name, madeFor, isRegistered: false, isOnline: false, computes: new Map() };
}

function noteRegistration(known: KnownRunner, runner: Runner, isDropped: boolean): void {
  // A name is free again once its registration is dropped: only the latest one counts.
  if (isDropped && known.registrationId !== runner.id) return;
  known.registrationId = runner.id;
  known.isRegistered = !isDropped;
  known.isOnline = !isDropped && runner.status === "online";
  if (runner.jobId === null || isDropped) delete known.jobId;
  else {
    known.jobId = runner.jobId;
    known.given = runner.jobId;
  }
}

function noteCompute({ computes }: KnownRunner, change: ComputeChange): void {
  const { id, isStopped, hasEnded } = change;
  const before = computes.get(id);
  computes.set(id, {
    id,
    isStopped: isStopped || before?.isStopped === true,
    hasEnded: hasEnded || before?.hasEnded === true,
  });
}
