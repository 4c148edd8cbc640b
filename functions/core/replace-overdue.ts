import type { Circumstances, Decision, Items } from "./decision.ts";
import { claim } from "./decide-queued.ts";
import { launchAnew } from "./decide-rebind.ts";
import type { JobChecked } from "./checked-job.ts";
import { endLaunches, liveLaunch, wakeLater } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, RunnerItem } from "./ledger.ts";
import { loseRunner } from "./lose-runner.ts";
import { findRunnerLeftFor, fits, runnerAtEnd } from "./rebinding.ts";
import { describeSilent } from "./refusal-reason.ts";
import { oweRetirement, runnerOfLaunch } from "./runner-item.ts";
import { bootTime, deadUnnamedAfter, overdueAfter, takenAfter, takenWait } from "./waits.ts";

/**
 * A job that GitHub still calls queued long after its launch. A runner that ended or serves another job
 * will not take it, and one that has not for so long is given up: it may never have come up. One that is
 * connected is left to idle: GitHub may give a job to nobody yet. A build may be queued for hours and is
 * not dead as long as it is there and not too long in one stage.
 */
export function replaceOverdue(
  items: Items,
  { item, checked }: { item: JobItem; checked: JobChecked },
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  const left = runnerAtEnd(findRunnerLeftFor(item, items, circumstances));
  const runner = left ?? ownRunner(items, item, circumstances);
  if (runner === undefined) return claim(items, item, circumstances);
  if (runner.ended !== undefined) {
    return claim(items, endLaunches(item, "its runner has ended"), circumstances);
  }
  const isRobbed = runner.serves !== undefined && runner.serves !== jobKey(item.job);
  if (isRobbed || !fits(runner, item.job, circumstances)) {
    return launchAnew(item, runner, circumstances);
  }
  const seen = runner.name === checked.seen?.name ? checked.seen.state : undefined;
  if (runner.serves === undefined && seen === "taken") return awaitTaken(item, circumstances);
  if (runner.serves === undefined && seen === "silent") return awaitSilent(item, runner, now);
  const isLookedAt = runner.madeFor === jobKey(item.job) || runner.name === checked.lookedAt;
  if (!isLookedAt && runner.serves === undefined) {
    return { writes: [], actions: [{ kind: "check", item, left: runner }], outcome: "checking" };
  }
  const isBuild = runner.provider === "CODEBUILD";
  const idlesUntil = launchedAt(item) + circumstances.idleSeconds * 1_000 + bootTime;
  // It ends by itself, and then tells that it was given no job.
  if (seen === "idle" && (isBuild || now < idlesUntil + overdueAfter)) {
    const wakeAt = Math.min(now + overdueAfter, Math.max(now + takenWait, idlesUntil));
    return wakeLater(item, wakeAt, "its runner is idle");
  }
  const isComing = (isBuild && seen === undefined) || runner.serves !== undefined;
  if (isComing) return wakeLater(item, now + overdueAfter, "still starting");
  const retired = oweRetirement(runner, now);
  const lost = loseRunner(item, retired, circumstances);
  return { ...lost, actions: [{ kind: "retire", item: retired }, ...lost.actions] };
}

// The job may be bound to the runner without its knowledge (#4598); another one would not get it. One
// that GitHub has just given the job says so within seconds, however long it was in a queue before.
function awaitTaken(item: JobItem, circumstances: Circumstances): Decision {
  const reason = "its runner is busy";
  const { now, idleSeconds } = circumstances;
  const patience = launchedAt(item) + idleSeconds * 1_000 + takenAfter - now;
  if (patience <= 0 && item.reason === reason) return launchAnew(item, undefined, circumstances);
  const wakeAt = now + Math.min(overdueAfter, Math.max(takenWait, patience));
  return wakeLater({ ...item, reason }, wakeAt, reason);
}

// Should it still be so by then, the job is bound to it for good: GitHub ends any other that it may have.
function awaitSilent(item: JobItem, { name }: RunnerItem, now: number): Decision {
  const reason = describeSilent(name);
  return wakeLater({ ...item, reason }, now + deadUnnamedAfter, "its runner is silent");
}

function launchedAt(item: JobItem): number {
  return liveLaunch(item)?.at ?? 0;
}

// Also one that was never recorded: it has to be found and retired like any other.
function ownRunner(
  items: Items,
  item: JobItem,
  circumstances: Circumstances,
): RunnerItem | undefined {
  const live = liveLaunch(item);
  if (live === undefined) return undefined;
  return runnerOfLaunch(items, { item, number: live.number }, circumstances);
}
