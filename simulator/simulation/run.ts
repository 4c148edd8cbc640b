import { settingNames } from "../../functions/adapters/settings.ts";
import { createVirtualTimeline, type VirtualTimeline } from "../virtual-timeline.ts";
import type { World, WorldOptions } from "../world.ts";
import type { FaultOptions, Monitor, MonitorOptions, Violation } from "./contract.ts";
import { repositories } from "./draw-job.ts";
import type { EpisodeKind } from "./episodes.ts";
import type { FaultName } from "./fault-rates.ts";
import type { RecordedFaults } from "./faults.ts";
import { type Feed, startFeed } from "./feed.ts";
import { forgetStories } from "./forget-stories.ts";
import type { Instance } from "./lambda-instance.ts";
import type { Figures } from "./measures.ts";
import { createObservers, type Observers } from "./observers.ts";
import { createStreams } from "./seeded-random.ts";
import type { StoryLine } from "./trace.ts";
import { withVirtualTimers } from "./virtual-timers.ts";
import { createWatchedWorld } from "./watched-world.ts";
import { withoutStackTraces } from "./without-stack-traces.ts";
import { planWorkload } from "./workloads.ts";

/** What is run. */
export type RunOptions = {
  readonly jobs: number;
  readonly seed: number;
  readonly faults: ReadonlySet<FaultName>;
  /** The only kind of episode. @default a mix of all */
  readonly workload?: EpisodeKind;
  /** Switches a rule of tornade off. @default every rule holds */
  readonly sabotage?: (options: WorldOptions) => WorldOptions;
  /** The job whose story is kept. @default none */
  readonly traced?: number;
  /** Told now and then how many jobs have ended. */
  readonly onProgress?: (ended: number) => void;
};

/** Who lets things go wrong, and who watches. */
export type RunParts = {
  readonly createFaults: (options: FaultOptions<FaultName>) => RecordedFaults;
  readonly createMonitor: (
    options: MonitorOptions & { readonly faults: RecordedFaults },
  ) => Monitor;
};

/** What came of a run. */
export type RunOutcome = {
  readonly violations: readonly Violation[];
  readonly figures: Figures;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  /** Jobs that people queued, without those of re-runs. */
  readonly queued: number;
  readonly simulatedMilliseconds: number;
  /** The same for two runs of the same options. */
  readonly digest: string;
  readonly story: readonly StoryLine[];
};

/** When every run begins: a Monday morning. */
export const begin = Date.UTC(2026, 0, 5, 8);

const minute = 60_000;
/** What a job leaves behind has to be gone after this. */
const settling = 15 * minute;
const sweepEvery = 10 * minute;
/** Steps between two reports of progress. */
const progressEvery = 4_000;

type Run = {
  readonly timeline: VirtualTimeline;
  readonly world: World;
  readonly monitor: Monitor;
  readonly observers: Observers;
  readonly feed: Feed;
};

/**
 * Runs tornade through a workload on a virtual clock until every job has ended and nothing is left
 * over, or something is the case that must never be. Equal options give equal runs, byte for byte.
 */
export async function run(options: RunOptions, parts: RunParts): Promise<RunOutcome> {
  const timeline = createVirtualTimeline(begin);
  const observers = createObservers(timeline, options.traced);
  return withoutStackTraces(async () =>
    withVirtualTimers({ timeline, onSleep: observers.onSleep }, async () =>
      runOn({ timeline, observers }, options, parts),
    ),
  );
}

async function runOn(
  { timeline, observers }: Pick<Run, "timeline" | "observers">,
  options: RunOptions,
  parts: RunParts,
): Promise<RunOutcome> {
  const stream = createStreams(options.seed);
  const living = new Set<Instance>();
  const watched = { ...parts, timeline, observers, stream, living };
  const { world, faults } = await createWatchedWorld(options, watched);
  const monitor = parts.createMonitor({ services: world, timeline, faults });
  observers.attach(monitor);
  for (const fullName of repositories) world.gitHub.addRepository({ fullName });
  const { gitHub } = world;
  const feed = startFeed(
    { gitHub, timeline },
    planWorkload(stream("workload"), options.workload),
    options.jobs,
  );
  const violations = await drive({ timeline, world, monitor, observers, feed }, options);
  const outcome = {
    violations,
    figures: observers.measures.figures(),
    faults: faults.counts(),
    queued: feed.queued(),
    simulatedMilliseconds: timeline.now() - begin,
    digest: observers.trace.digest(),
    story: observers.trace.story(),
  };
  await endAll(living, timeline);
  return outcome;
}

// Else what they share with later runs in this process (auth-app's requests under way) would never end.
async function endAll(living: ReadonlySet<Instance>, timeline: VirtualTimeline): Promise<void> {
  for (const instance of living) instance.kill();
  await timeline.advance(0);
}

async function drive(
  { timeline, world, monitor, observers, feed }: Run,
  { onProgress }: RunOptions,
): Promise<readonly Violation[]> {
  const { measures } = observers;
  let sweptAt = begin;
  let busyAt = begin;
  for (let steps = 1; ; steps += 1) {
    await timeline.step();
    const violations = monitor.check(false);
    if (violations.length > 0) return violations;
    if (steps % progressEvery === 0) onProgress?.(measures.ended());
    const now = timeline.now();
    if (now - sweptAt >= sweepEvery) {
      sweptAt = now;
      forget(world, { now, monitor });
    }
    if (!feed.isOver() || measures.open.size > 0) busyAt = now;
    else if (now - busyAt >= settling) return monitor.check(true);
  }
}

function forget(world: World, { now, monitor }: { now: number; monitor: Monitor }): void {
  const table = world.account.env[settingNames.ledgerTable] ?? "";
  for (const job of forgetStories(world, { table, now })) monitor.onForgotten(job);
}
