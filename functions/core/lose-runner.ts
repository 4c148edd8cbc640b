import type { Circumstances, Decision } from "./decision.ts";
import { giveUp, refuseLate } from "./give-up.ts";
import { endLaunches, park, reopenLaunches } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, RunnerItem } from "./ledger.ts";
import { isUnplaced } from "./launch-failure.ts";
import { describeLosses, describeShortage, describeUnsaid } from "./refusal-reason.ts";
import { neverCameUp } from "./state-change.ts";
import { capacityWait, lossWait, mostLosses, mostRefusedLosses, refusalDeadline } from "./waits.ts";

type Around = Pick<Circumstances, "now" | "jitter" | "refusalSpec" | "capacityDeadline">;

/** A job without the runner it had, and what became of that. */
type Loss = { readonly item: JobItem; readonly runner: RunnerItem; readonly reason: string };

/**
 * The job's runner ended, or was given up, before the job began: a new one soon, after GitHub was asked
 * whether the job still waits; with the sixth one in a row it is refused. One that never came up is
 * replaced on the next rung, an interrupted one on the one below.
 */
export function loseRunner(item: JobItem, runner: RunnerItem, circumstances: Around): Decision {
  const reason = describeLoss(runner);
  // One that was left by another job is none of this job's launches: its own has been taken.
  const mayLive = runner.ended === undefined && runner.madeFor === jobKey(item.job);
  const settled = mayLive ? reopenLaunches(item) : endLaunches(item, reason, idledUntil(runner));
  const loss = { item: { ...settled, rung: nextRung(item, runner) }, runner, reason };
  const lost = foundNoRoom(runner)
    ? awaitRoom(loss, circumstances)
    : countLoss(loss, circumstances);
  return { ...lost, writes: [runner, ...lost.writes] };
}

function nextRung({ rung, spec }: JobItem, { interrupted, ended }: RunnerItem): number {
  if (interrupted === true) return rung + 1;
  const isDown = ended !== undefined && neverCameUp(ended.reason);
  // Below the last one there is none, wherever an interruption led.
  const { length } = spec.rungs;
  return isDown ? (Math.min(rung, length - 1) + 1) % length : rung;
}

function countLoss({ item: lost, reason }: Loss, circumstances: Around): Decision {
  const { now } = circumstances;
  const { unplaced: _unplaced, ...item } = lost;
  const losses = item.losses + 1;
  if (losses > (item.refusal === undefined ? mostLosses : mostRefusedLosses)) {
    const told = describeLosses({ ...item, losses }, reason);
    return endJob({ ...item, losses }, { reason, told }, circumstances);
  }
  return park(
    { ...item, losses },
    { reason, wakeAt: now + lossWait(losses), doubtful: true },
    { now, outcome: "runner lost" },
  );
}

// The same want as where the launch itself tells of it: on to the next rung, then wait ever longer, and
// refused after as long. That the launch was accepted each time says nothing.
function awaitRoom({ item, reason }: Loss, circumstances: Around): Decision {
  const { now, jitter, capacityDeadline } = circumstances;
  const deadline = item.refusal === undefined ? capacityDeadline : refusalDeadline;
  const { since, count } = unplacedBefore(item, now - deadline) ?? { since: now, count: 0 };
  const unplaced = { since, last: now, count: count + 1 };
  if (now - since >= deadline) {
    const told = describeShortage(item, { kind: "no-capacity", message: reason }, now - since);
    return endJob({ ...item, unplaced }, { reason, told }, circumstances);
  }
  const round = unplaced.count - item.spec.rungs.length;
  return park(
    // As one that has waited: it is not the first to try.
    { ...item, unplaced, waits: unplaced.count },
    { reason, wakeAt: now + (round < 0 ? 0 : capacityWait(round, jitter)), doubtful: true },
    { now, outcome: "runner found no room" },
  );
}

// What is so long ago has nothing to do with it.
function unplacedBefore({ unplaced }: JobItem, oldest: number): JobItem["unplaced"] {
  return unplaced !== undefined && unplaced.last >= oldest ? unplaced : undefined;
}

function foundNoRoom({ ended }: RunnerItem): boolean {
  return ended !== undefined && neverCameUp(ended.reason) && isUnplaced(ended.reason);
}

function endJob(
  item: JobItem,
  { reason, told }: { readonly reason: string; readonly told: string },
  circumstances: Around,
): Decision {
  if (item.refusal !== undefined) return giveUp(item, describeUnsaid(item, reason), circumstances);
  return refuseLate(item, told, circumstances);
}

// One that never came up did not idle, however long its image was looked for.
function idledUntil({ ended }: RunnerItem): number | undefined {
  return ended === undefined || neverCameUp(ended.reason) ? undefined : ended.at;
}

function describeLoss(runner: RunnerItem): string {
  const { name, ended } = runner;
  if (ended === undefined) return `runner ${name} did not take its job in time`;
  if (foundNoRoom(runner)) return ended.reason;
  return `runner ${name} ended before its job began: ${ended.reason}`;
}
