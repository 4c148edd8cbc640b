import { startBudgets } from "../scripts/bundle-function.ts";
import { type Figure, type Goal, summarize } from "./figure.ts";
import type { Lab, Work } from "./lab.ts";
import type { Target } from "./bundle-targets.ts";
import type { Sample } from "./run-sample.ts";
import { median } from "./statistics.ts";

/** How well a cold start should do. */
type ColdGoals = {
  /** Loaded at start. */
  readonly bytes: number;
  /** Of CPU and of time to the floor's. */
  readonly ratio: number;
  readonly rss: number;
  /** Milliseconds. */
  readonly first?: number;
};

const webhookGoals: ColdGoals = {
  bytes: startBudgets["receive-webhook"],
  ratio: 3.2,
  rss: 68,
  first: 10,
};
const launchGoals: ColdGoals = { bytes: startBudgets["launch-runner"], ratio: 2.9, rss: 70 };

/** Cold starts: a fresh process a sample, which handles one event; what it costs Node to start is left out. */
export async function measureCold(lab: Lab, samples: number): Promise<readonly Figure[]> {
  const { targets, work } = lab;
  const oneLaunch = { ...work.launch, events: work.launch.events.slice(0, 1) };
  const prepare = ({ module }: Pick<Target, "module">, events: Work) =>
    lab.prepare({ target: module, ...events, warmUp: 0, count: 0 });
  await lab.restart(0);
  const [empty, ...taken] = await takeInTurn(samples, [
    prepare({ module: "" }, { events: [{}], expected: "{}" }),
    prepare(targets.webhook, work.queued),
    prepare(targets.webhookFloor, work.queued),
    prepare(targets.launch, oneLaunch),
    prepare(targets.launchFloor, oneLaunch),
  ]);
  const idle = median((empty ?? []).map(({ cpuMs }) => cpuMs));
  const [webhook = [], webhookFloor = [], launch = [], launchFloor = []] = taken.map((of) =>
    of.map((sample) => ({ ...sample, cpuMs: sample.cpuMs - idle })),
  );
  return [
    toBytes("webhook, cold", targets.webhook, webhookGoals),
    ...toFigures("webhook, cold", [webhook, webhookFloor], webhookGoals),
    toBytes("launch, cold", targets.launch, launchGoals),
    ...toFigures("launch, cold", [launch, launchFloor], launchGoals),
  ];
}

// In turn, so that what else the machine does meets all alike; the first round only warms the disk's cache.
async function takeInTurn(
  samples: number,
  runs: readonly (() => Promise<Sample>)[],
): Promise<readonly (readonly Sample[])[]> {
  const taken = runs.map((): Sample[] => []);
  for (let round = 0; round <= samples; round += 1) {
    for (const [index, run] of runs.entries()) {
      const sample = await run();
      if (round > 0) taken[index]?.push(sample);
    }
  }
  return taken;
}

function toBytes(part: string, { bytes }: Target, goals: ColdGoals): Figure {
  const goal: Goal = { kind: "most", of: goals.bytes };
  return { part, what: "loaded at start", unit: "bytes", value: bytes, goal };
}

function toFigures(
  part: string,
  [own, floor]: readonly [readonly Sample[], readonly Sample[]],
  goals: ColdGoals,
): readonly Figure[] {
  const compare = (what: string, read: (sample: Sample) => number, goal?: Goal): Figure => ({
    part,
    what,
    unit: "ms",
    ...summarize(own.map(read)),
    floor: median(floor.map(read)),
    ...(goal === undefined ? {} : { goal }),
  });
  const ratio: Goal = { kind: "ratio", of: goals.ratio };
  const first =
    goals.first === undefined ? undefined : ({ kind: "most", of: goals.first } as const);
  const rss = compare("memory after it", ({ rssBytes }) => rssBytes / 2 ** 20);
  return [
    compare("CPU to the first event", ({ cpuMs }) => cpuMs, ratio),
    compare("time to the first event", ({ initMs, firstMs }) => initMs + firstMs, ratio),
    compare("of it INIT", ({ initMs }) => initMs),
    compare("of it the first event", ({ firstMs }) => firstMs, first),
    { ...rss, unit: "MiB", goal: { kind: "most", of: goals.rss } },
  ];
}
