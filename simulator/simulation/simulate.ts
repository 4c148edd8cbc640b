import { performance } from "node:perf_hooks";

import type { Violation } from "./contract.ts";
import type { EpisodeKind } from "./episodes.ts";
import { type FaultName, faultNames } from "./fault-rates.ts";
import { createFaults } from "./faults.ts";
import type { Figures } from "./measures.ts";
import { createMonitor } from "./monitor.ts";
import { begin, run, type RunOptions, type RunOutcome } from "./run.ts";
import { sabotages } from "./sabotage.ts";
import { type Smallest, findSmallest } from "./find-smallest.ts";

/** What is simulated. */
export type SimulateOptions = {
  /** How many jobs people queue; re-runs and clones come on top. */
  readonly jobs: number;
  readonly seed: number;
  readonly faults: ReadonlySet<FaultName> | "all";
  /** The only kind of episode. @default a mix of all */
  readonly workload?: EpisodeKind;
  /** The name of a rule that is switched off. @default every rule holds */
  readonly sabotage?: string;
  /** The id of a job whose story is told. @default the one of a violation */
  readonly trace?: number;
  /** Told now and then how many jobs have ended. */
  readonly onProgress?: (ended: number) => void;
  /** Told at once what must never be: the fewest jobs that show it are found in several more runs. */
  readonly onViolation?: (violated: Violation) => void;
};

/** What a simulation showed. */
export type SimulationReport = Figures & {
  readonly seed: number;
  readonly jobs: number;
  readonly faults: readonly FaultName[];
  readonly workload?: EpisodeKind;
  readonly sabotage?: string;
  /** None when everything holds that always must. */
  readonly violations: readonly Violation[];
  /** The fewest jobs with which something was found that must never be; only after a violation. */
  readonly smallest?: number;
  /** How often each fault struck. */
  readonly strikes: Readonly<Record<string, number>>;
  readonly simulatedMilliseconds: number;
  readonly machine: MachineTime;
  /** The same for every run of these options, on any machine. */
  readonly digest: string;
  /** What happened to the job that is traced: milliseconds since the run's begin. */
  readonly story: readonly { readonly after: number; readonly text: string }[];
};

/** What a run took in the machine it ran on: all that differs between two runs of the same options. */
export type MachineTime = {
  readonly milliseconds: number;
  /** By processor time, so that what else the machine does counts for nothing. */
  readonly jobsPerSecond: number;
  /** The most memory that the process has had so far, runs before this one included. */
  readonly megabytes: number;
};

const parts = { createFaults, createMonitor };

/**
 * Simulates tornade: the real functions and clients against simulated services on a virtual clock. A
 * violation is run again with fewer and fewer jobs, and then once more to tell the story of its job.
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const { machine, outcome } = await measure(async () => runOnce(options, options.trace));
  const violated = outcome.violations[0];
  if (violated === undefined) return toReport(options, { outcome, machine });
  options.onViolation?.(violated);
  const smallest = await findSmallest({ jobs: outcome.queued, violated }, async (jobs) => {
    const { violations, queued } = await runOnce({ ...options, jobs }, undefined);
    return { violated: violations[0], queued };
  });
  const traced = options.trace ?? smallest.violated.jobId;
  const told = await runOnce({ ...options, jobs: smallest.jobs }, traced);
  return toReport(options, { outcome: told, machine, smallest });
}

async function runOnce(options: SimulateOptions, traced: number | undefined): Promise<RunOutcome> {
  const { jobs, seed, onProgress, faults, workload } = options;
  const sabotage = sabotages[options.sabotage ?? ""]?.apply;
  const runOptions: RunOptions = {
    jobs,
    seed,
    faults: faults === "all" ? new Set(faultNames) : faults,
    ...(workload === undefined ? {} : { workload }),
    ...(sabotage === undefined ? {} : { sabotage }),
    ...(traced === undefined ? {} : { traced }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  return run(runOptions, parts);
}

async function measure(
  work: () => Promise<RunOutcome>,
): Promise<{ readonly outcome: RunOutcome; readonly machine: MachineTime }> {
  const start = performance.now();
  const used = process.cpuUsage();
  const outcome = await work();
  const { user, system } = process.cpuUsage(used);
  const jobsPerSecond = Math.round((outcome.queued * 10_000_000) / (user + system)) / 10;
  const milliseconds = Math.round(performance.now() - start);
  // It is told in kilobytes, whatever the platform.
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
  return { outcome, machine: { milliseconds, jobsPerSecond, megabytes } };
}

type Findings = {
  readonly outcome: RunOutcome;
  readonly machine: MachineTime;
  readonly smallest?: Smallest;
};

function toReport(
  { seed, jobs, faults, workload, sabotage }: SimulateOptions,
  { outcome, machine, smallest }: Findings,
): SimulationReport {
  const { violations, figures, digest, simulatedMilliseconds, story } = outcome;
  return {
    seed,
    jobs,
    faults: faultNames.filter((name) => faults === "all" || faults.has(name)),
    ...(workload === undefined ? {} : { workload }),
    ...(sabotage === undefined ? {} : { sabotage }),
    violations,
    ...(smallest === undefined ? {} : { smallest: smallest.jobs }),
    ...figures,
    strikes: outcome.faults,
    simulatedMilliseconds,
    machine,
    digest,
    // What takes time is noted when it is over, and told where it began.
    story: story
      .toSorted((one, other) => one.at - other.at)
      .map(({ at, text }) => ({ after: at - begin, text })),
  };
}
