import type { Circumstances, Decision, Items } from "./decision.ts";
import { claim } from "./decide-queued.ts";
import { launchAnew } from "./decide-rebind.ts";
import type { JobChecked } from "./dead-runner.ts";
import { endLaunches, liveLaunch, wakeLater } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, RunnerItem } from "./ledger.ts";
import { loseRunner } from "./lose-runner.ts";
import { findRunnerLeftFor, fits } from "./rebinding.ts";
import { oweRetirement, runnerOfLaunch } from "./runner-item.ts";
import { overdueAfter, takenAfter, takenWait } from "./waits.ts";

/**
 * A job that GitHub still calls queued long after its launch. A runner that ended or serves another job
 * will not take it, and one that has not for so long is given up: it may never have come up. A build may
 * be queued for hours and is not dead as long as it is there.
 */
export function replaceOverdue(
  items: Items,
  { item, checked }: { item: JobItem; checked: JobChecked },
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  const walk = findRunnerLeftFor(item, items, circumstances);
  const runner = walk.kind === "found" ? walk.item : ownRunner(items, item, circumstances);
  if (runner === undefined) return claim(item, circumstances);
  if (runner.ended !== undefined) {
    return claim(endLaunches(item, "its runner has ended"), circumstances);
  }
  const isRobbed = runner.serves !== undefined && runner.serves !== jobKey(item.job);
  if (isRobbed || !fits(runner, item.job, circumstances)) {
    return launchAnew(item, runner, circumstances);
  }
  const isTaken = runner.serves === undefined && runner.name === checked.takenRunner;
  if (isTaken) return awaitTaken(item, circumstances);
  const isBuild = runner.provider === "CODEBUILD";
  const isLookedAt = runner.madeFor === jobKey(item.job) || runner.name === checked.lookedAt;
  if (isBuild && !isLookedAt) {
    return { writes: [], actions: [{ kind: "check", item, left: runner }], outcome: "checking" };
  }
  const isQueued = isBuild && runner.name !== checked.missingRunner;
  const isComing = isQueued || runner.serves !== undefined;
  if (isComing) return wakeLater(item, now + overdueAfter, "still starting");
  const retired = oweRetirement(runner, now);
  const lost = loseRunner(item, retired, circumstances);
  return { ...lost, actions: [{ kind: "retire", item: retired }, ...lost.actions] };
}

// The job may be bound to the runner without its knowledge (#4598); another one would not get it. One
// that GitHub has just given the job says so within seconds, however long it was in a queue before.
function awaitTaken(item: JobItem, circumstances: Circumstances): Decision {
  const reason = "its runner is busy";
  const launchedAt = liveLaunch(item)?.at ?? 0;
  const patience = launchedAt + takenAfter - circumstances.now;
  if (patience <= 0 && item.reason === reason) return launchAnew(item, undefined, circumstances);
  const wakeAt = circumstances.now + Math.min(overdueAfter, Math.max(takenWait, patience));
  return wakeLater({ ...item, reason }, wakeAt, reason);
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
