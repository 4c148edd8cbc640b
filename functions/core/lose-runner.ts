import type { Circumstances, Decision } from "./decision.ts";
import { giveUp, refuseLate } from "./give-up.ts";
import { endLaunches, park, reopenLaunches } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, RunnerItem } from "./ledger.ts";
import { describeLosses, describeUnsaid } from "./refusal-reason.ts";
import { neverCameUp } from "./state-change.ts";
import { lossWait, mostLosses, mostRefusedLosses } from "./waits.ts";

/**
 * The job's runner ended, or was given up, before the job began: a new one soon, after GitHub was asked
 * whether the job still waits; with the sixth one in a row it is refused. An interrupted runner is
 * replaced one rung down.
 */
export function loseRunner(
  item: JobItem,
  runner: RunnerItem,
  circumstances: Pick<Circumstances, "now" | "refusalSpec">,
): Decision {
  const { now } = circumstances;
  const reason = describeLoss(runner);
  // One that was left by another job is none of this job's launches: its own has been taken.
  const mayLive = runner.ended === undefined && runner.madeFor === jobKey(item.job);
  const settled = mayLive ? reopenLaunches(item) : endLaunches(item, reason, idledUntil(runner));
  const losses = item.losses + 1;
  if (losses > (item.refusal === undefined ? mostLosses : mostRefusedLosses)) {
    const ended = endJob({ ...settled, losses }, reason, circumstances);
    return { ...ended, writes: [runner, ...ended.writes] };
  }
  const wakeAt = now + lossWait(losses);
  const rung = item.rung + (runner.interrupted === true ? 1 : 0);
  const parked = park(
    { ...settled, losses, rung },
    { reason, wakeAt, doubtful: true },
    { now, outcome: "runner lost" },
  );
  return { ...parked, writes: [runner, ...parked.writes] };
}

function endJob(
  item: JobItem,
  reason: string,
  circumstances: Pick<Circumstances, "now" | "refusalSpec">,
): Decision {
  if (item.refusal !== undefined) return giveUp(item, describeUnsaid(item, reason), circumstances);
  return refuseLate(item, describeLosses(item, reason), circumstances);
}

// One that never came up did not idle, however long its image was looked for.
function idledUntil({ ended }: RunnerItem): number | undefined {
  return ended === undefined || neverCameUp(ended.reason) ? undefined : ended.at;
}

function describeLoss({ name, ended }: RunnerItem): string {
  if (ended === undefined) return `runner ${name} did not take its job in time`;
  return `runner ${name} ended before its job began: ${ended.reason}`;
}
