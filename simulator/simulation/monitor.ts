import type { Watcher } from "../github/watcher.ts";
import { countDelays } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import type { Faults, Monitor, MonitorOptions, Violation } from "./contract.ts";
import { createDeadlines } from "./deadlines.ts";
import { connectedJobs, createKnownRunners, type KnownRunners } from "./known-runners.ts";
import type { Parts } from "./monitor-parts.ts";
import type { Strikes } from "./strikes.ts";
import type { FaultName } from "./fault-rates.ts";
import { watchCalls } from "./watch-calls.ts";
import { watchJobs } from "./watch-jobs.ts";
import { type LimitWatch, watchLimits } from "./watch-limits.ts";
import { type PassWatch, watchPasses } from "./watch-passes.ts";
import { watchPoison } from "./watch-poison.ts";
import { watchRedeliveries } from "./watch-redeliveries.ts";
import { watchReruns } from "./watch-reruns.ts";
import { watchRows } from "./watch-rows.ts";
import { watchRunners } from "./watch-runners.ts";
import { watchSecrets } from "./watch-secrets.ts";

/** Faults, with what they did where they remember it: without it, nothing is explained. */
type KnownFaults = Faults & { readonly strikes?: Strikes };

/**
 * Watches that the promises hold, from the outside: on GitHub's jobs and runners, the tasks and builds,
 * every call and every log line; on the ledger only for what it owes. Works with every change, and
 * looks at the clock only for what is due.
 */
export function createMonitor(options: MonitorOptions & { readonly faults: KnownFaults }): Monitor {
  const known = createKnownRunners();
  const limits = watchLimits();
  const { timeline, faults } = options;
  const lastStrike = (fault: FaultName): number => faults.strikes?.last(fault) ?? 0;
  const passes = watchPasses({ now: () => timeline.now(), lastStrike });
  const { parts, take } = createParts(options, known, { ...limits, ...passes });
  const watches = watchAll(parts, known);
  const { jobs, runners, calls, rows, reruns, secrets } = watches;
  options.services.gitHub.watch({
    onJob: toAll([jobs, runners]),
    onRunner: runners.onRunner,
    onDelivery: watches.redeliveries.onDelivery,
  });
  return {
    onCall: (call) => {
      for (const { onCall } of [limits, passes, jobs, calls, rows, reruns, secrets]) onCall(call);
    },
    onLog: (line) => {
      for (const { onLog } of [passes, secrets]) onLog(line);
    },
    onWebhook: reruns.onWebhook,
    onTask: (event) => {
      for (const { onTask } of [runners, reruns]) onTask(event);
    },
    onSleep: (milliseconds) => {
      reportSleep(parts, milliseconds);
    },
    onForgotten: ({ id }) => {
      for (const { forget } of [jobs, runners, calls, reruns]) forget(id);
      options.faults.strikes?.forget(id);
    },
    check: (final) => {
      parts.deadlines.run(options.timeline.now());
      if (final) for (const { finish } of [jobs, watches.poison]) finish();
      return take();
    },
  };
}

function watchAll(parts: Parts, known: KnownRunners) {
  return {
    jobs: watchJobs(parts),
    runners: watchRunners(parts, known),
    calls: watchCalls(parts),
    rows: watchRows(parts),
    reruns: watchReruns(parts),
    poison: watchPoison(parts),
    redeliveries: watchRedeliveries(parts),
    secrets: watchSecrets(parts),
  };
}

function toAll(watches: readonly Pick<Watcher, "onJob">[]): Watcher["onJob"] {
  return (job) => {
    for (const { onJob } of watches) onJob(job);
  };
}

function reportSleep({ report }: Parts, milliseconds: number): void {
  const details = `a function asked to be woken in ${milliseconds} ms`;
  report({ invariant: invariants.sleep, details });
}

function createParts(
  { services, timeline, faults }: MonitorOptions & { faults: KnownFaults },
  runners: KnownRunners,
  { limitedUntil, hinderedSince }: Pick<LimitWatch & PassWatch, "limitedUntil" | "hinderedSince">,
): {
  readonly parts: Parts;
  readonly take: () => readonly Violation[];
} {
  let found: Violation[] = [];
  const parts: Parts = {
    services,
    timeline,
    deadlines: createDeadlines(timeline.now()),
    report: (violation) => {
      found.push({ ...violation, at: timeline.now() });
    },
    strikesOf: (jobId) =>
      connectedJobs(runners, jobId).flatMap((id) => faults.strikes?.of(id) ?? []),
    countOf: (fault) => faults.counts()[fault] ?? 0,
    lastStrike: (fault) => faults.strikes?.last(fault) ?? 0,
    countFrom: (since) => {
      if (limitedUntil() <= since) return since;
      const passes = 1 + hinderedSince(since);
      return Math.min(limitedUntil(), since + bounds.limited) + passes * bounds.afterLimit;
    },
    hinderedSince,
    struck: () => countDelays(faults.counts()),
  };
  const take = (): readonly Violation[] => {
    const taken = found;
    if (taken.length > 0) found = [];
    return taken;
  };
  return { parts, take };
}
