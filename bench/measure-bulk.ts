import type { Target } from "./bundle-targets.ts";
import { createBatches } from "./events.ts";
import type { Figure } from "./figure.ts";
import type { Lab } from "./lab.ts";
import type { StubCounts } from "./stub/serve-stub.ts";
import { sum } from "./statistics.ts";

const batch = 10;

/** Milliseconds that AWS and GitHub take for an answer. */
const delay = 20;

/** Many jobs at once, in messages of ten, one message after another in one process; and what they ask for. */
export async function measureBulk(lab: Lab, jobs: number): Promise<readonly Figure[]> {
  const { targets } = lab;
  const own = await run(lab, targets.launch, jobs);
  const floor = await run(lab, targets.launchFloor, jobs);
  const withoutLedger = await run(lab, targets.launchWithoutLedger, jobs);
  const part = `launch, ${jobs.toLocaleString("en")} jobs`;
  const unit = "s";
  // The goals are for a thousand jobs.
  const most = (seconds: number) => ({ kind: "most", of: (seconds * jobs) / 1_000 }) as const;
  return [
    { part, what: "in all", unit, value: own.seconds, floor: floor.seconds, goal: most(12) },
    { part, what: "without the ledger", unit, value: withoutLedger.seconds, goal: most(6) },
    ...toCalls(part, own.counts, jobs),
  ];
}

async function run(
  lab: Lab,
  { module }: Target,
  jobs: number,
): Promise<{ readonly seconds: number; readonly counts: StubCounts }> {
  const events = createBatches(jobs, batch);
  const { expected } = lab.work.launch;
  const plan = { target: module, events, expected, warmUp: 0, count: events.length - 1 };
  await lab.restart(delay);
  const { firstMs, durations } = await lab.prepare(plan)();
  const counts = await lab.restart(0);
  return { seconds: (firstMs + sum(durations)) / 1_000, counts };
}

function toCalls(part: string, { calls, connections }: StubCounts, jobs: number): Figure[] {
  const count = (...kinds: readonly string[]) => sum(kinds.map((kind) => calls[kind] ?? 0));
  const counted = ["generate-jitconfig", "RunTask", "PutItem", "access_tokens", "GetParameters"];
  const rest = sum(Object.values(calls)) - count(...counted);
  const figure = (what: string, value: number, exactly?: number): Figure => ({
    part,
    what,
    unit: "calls",
    value,
    ...(exactly === undefined ? {} : { goal: { kind: "exactly", of: exactly } }),
  });
  return [
    figure("GitHub + compute calls a job", count("generate-jitconfig", "RunTask") / jobs, 2),
    figure("ledger writes a job", count("PutItem") / jobs, 3),
    figure("token calls in all", count("access_tokens")),
    figure("parameter reads in all", count("GetParameters"), 1),
    figure("other calls in all", rest, 0),
    figure("connections in all", connections),
  ];
}
