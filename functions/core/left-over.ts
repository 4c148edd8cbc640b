import type { Circumstances, Decision, Items } from "./decision.ts";
import type { JobItem, Launch, RunnerItem } from "./ledger.ts";
import { oweRetirement, runnerOfLaunch } from "./runner-item.ts";
import { leaseDuration } from "./waits.ts";

/**
 * Retires the runners that were started for a job which needs none (any more). A launch of unknown
 * outcome counts too: its runner may be alive, or be nothing but a registration. One that is still
 * under way is left to its launcher, and looked at when that must be done.
 */
export function retireLeftOver(
  items: Items,
  { item, outcomes }: { item: JobItem; outcomes: readonly Launch["outcome"][] },
  circumstances: Circumstances,
): Pick<Decision, "writes" | "actions"> {
  const { now } = circumstances;
  const writes = item.launches
    .filter(({ outcome }) => outcomes.includes(outcome))
    .map((launch) => ({
      launch,
      runner: runnerOfLaunch(items, { item, number: launch.number }, circumstances),
    }))
    .filter(({ runner }) => isFree(runner, item))
    .map(({ launch, runner }) => oweRetirement(runner, dueAt(launch, now)));
  const due = writes.filter(({ wakeAt }) => wakeAt === now);
  return { writes, actions: due.map((runner) => ({ kind: "retire", item: runner }) as const) };
}

function isFree(runner: RunnerItem, { runnerName }: JobItem): boolean {
  return runner.serves === undefined && runner.ended === undefined && runner.name !== runnerName;
}

function dueAt({ outcome, at }: Launch, now: number): number {
  return outcome === "open" ? Math.max(now, at + leaseDuration) : now;
}
