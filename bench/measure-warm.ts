import type { Target } from "./bundle-targets.ts";
import { type Figure, type Goal, summarize } from "./figure.ts";
import type { Lab, Work } from "./lab.ts";
import type { Sample } from "./run-sample.ts";
import { median, quantile, sum } from "./statistics.ts";

/** How many events a process handles, and how many processes do so. */
export type WarmOptions = { readonly events: number; readonly rounds: number };

type Taken = { readonly part: string; readonly own: readonly Sample[]; floor: readonly Sample[] };

/** Warm functions: one event after another in one process, and what the queue is asked for each. */
export async function measureWarm(lab: Lab, options: WarmOptions): Promise<readonly Figure[]> {
  const { targets, work } = lab;
  const take = async (part: string, [own, floor]: readonly [Target, Target], events: Work) => {
    const plan = { ...events, warmUp: Math.ceil(options.events / 10), count: options.events };
    const runs = [own, floor].map(({ module }) => lab.prepare({ target: module, ...plan }));
    return { part, ...(await takeRounds(runs, options.rounds)) };
  };
  const webhook = [targets.webhook, targets.webhookFloor] as const;
  const launch = [targets.launch, targets.launchFloor] as const;
  await lab.restart(0);
  const queued = await take("webhook, queued", webhook, work.queued);
  const queuedSends = await countSends(lab, queued);
  const ignored = await take("webhook, ignored", webhook, work.ignored);
  const ignoredSends = await countSends(lab, ignored);
  const launched = await take("launch, one a batch", launch, work.launch);
  return [
    ...toTimes(queued, { p50: { kind: "ratio", of: 1.7 }, cpu: { kind: "ratio", of: 2.3 } }),
    { ...queuedSends, goal: { kind: "exactly", of: 1 } },
    ...toTimes(ignored, { cpu: { kind: "most", of: 0.05 } }),
    { ...ignoredSends, goal: { kind: "exactly", of: 0 } },
    ...toTimes(launched, {}),
  ];
}

async function takeRounds(
  [runOwn, runFloor]: readonly (() => Promise<Sample>)[],
  rounds: number,
): Promise<Omit<Taken, "part">> {
  const own: Sample[] = [];
  const floor: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (runOwn !== undefined) own.push(await runOwn());
    if (runFloor !== undefined) floor.push(await runFloor());
  }
  return { own, floor };
}

function toTimes(
  { part, own, floor }: Taken,
  goals: { readonly p50?: Goal; readonly cpu?: Goal },
): readonly Figure[] {
  const compare = (what: string, read: (sample: Sample) => number, goal?: Goal): Figure => ({
    part,
    what,
    unit: "ms",
    ...summarize(own.map(read)),
    floor: median(floor.map(read)),
    ...(goal === undefined ? {} : { goal }),
  });
  return [
    compare("p50", ({ durations }) => quantile(durations, 0.5), goals.p50),
    compare("p99", ({ durations }) => quantile(durations, 0.99)),
    compare("CPU an event", ({ warmCpuMs, durations }) => warmCpuMs / durations.length, goals.cpu),
  ];
}

// The floor and the function made as many calls: what one of the two did wrong would show.
async function countSends(lab: Lab, { part, own, floor }: Taken): Promise<Figure> {
  const { calls } = await lab.restart(0);
  const handled = sum([...own, ...floor].map(({ events }) => events));
  const value = (calls["SendMessage"] ?? 0) / handled;
  return { part, what: "SQS sends a delivery", unit: "calls", value };
}
