import {
  type CheckFailure,
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  nothing,
} from "./decision.ts";
import { decideCompleted, decideInProgress, type JobNews } from "./decide-progress.ts";
import { claim, claimInTurn, takeOver } from "./decide-queued.ts";
import { launchAnew } from "./decide-rebind.ts";
import type { JobAction, JobEnvelope } from "./envelope.ts";
import { giveUp } from "./give-up.ts";
import { findDeadHolder, type JobChecked } from "./held-job.ts";
import { endLaunches, liveLaunch, reopenLaunches, stepJob } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { isClosed, isDue, type JobItem, jobItemId, type RunnerItem } from "./ledger.ts";
import { retireLeftOver } from "./left-over.ts";
import { loseRunner } from "./lose-runner.ts";
import { findRunnerLeftFor, fits } from "./rebinding.ts";
import { describeStuck } from "./refusal-reason.ts";
import { retireRunner, runnerOfLaunch } from "./runner-item.ts";
import type { JobState } from "./runner-registry.ts";
import {
  capacityWait,
  overdueAfter,
  queuedAtMost,
  runningCheckAfter,
  takenAfter,
  takenWait,
} from "./waits.ts";

/** GitHub was asked where an overdue or doubtful job stands. */
export function decideChecked(
  items: Items,
  checked: JobChecked,
  circumstances: Circumstances,
): Decision {
  const { jobKey: key, state } = checked;
  const item = jobItemOf(items, jobItemId(key));
  if (item === undefined || isClosed(item)) return nothing("job is over");
  switch (state.status) {
    case "completed":
    case "gone":
      return decideCompleted(items, asNews(item, state, circumstances), circumstances);
    case "in_progress":
      return decideStillRunning(items, asNews(item, state, circumstances), circumstances);
    case "waiting":
    case "queued":
      return decideStillWaiting(items, { item, checked }, circumstances);
  }
}

/**
 * GitHub did not tell: the item is looked at again later, and stays as it is until then. A job that it
 * will not tell of any more, as the App was removed, is over once GitHub has ended it by itself.
 */
export function decideCheckFailed(
  items: Items,
  { jobKey: key, retryAt = 0, error }: CheckFailure,
  circumstances: Circumstances,
): Decision {
  const { now, jitter } = circumstances;
  const item = jobItemOf(items, jobItemId(key));
  if (item === undefined || !isDue(item, now)) return nothing("seen to meanwhile");
  const age = now - (item.times.received ?? now);
  if (error !== undefined && item.times.started === undefined && age >= queuedAtMost) {
    return decideCompleted(items, asNews(item, { status: "gone" }, circumstances), circumstances);
  }
  const wakeAt = Math.max(now, retryAt) + capacityWait(item.waits, jitter);
  const later = { ...item, waits: item.waits + 1, wakeAt };
  return { writes: [later], actions: [], outcome: "not checked" };
}

function asNews(item: JobItem, state: JobState, { now }: Circumstances): JobNews {
  const action: JobAction = state.status === "in_progress" ? "in_progress" : "completed";
  const envelope: JobEnvelope = {
    version: 1,
    kind: "job",
    action,
    deliveryId: "none: asked by tornade",
    receivedAt: now,
    happenedAt: now,
    job: item.job,
    ...(state.runnerName === undefined ? {} : { runnerName: state.runnerName }),
    ...(state.conclusion === undefined ? {} : { conclusion: state.conclusion }),
  };
  return { envelope, assessment: { kind: "launch", spec: item.spec } };
}

function decideStillRunning(items: Items, news: JobNews, circumstances: Circumstances): Decision {
  const item = jobItemOf(items, jobItemId(jobKey(news.envelope.job)));
  if (item?.times.started === undefined) return decideInProgress(items, news, circumstances);
  return wakeLater(item, circumstances.now + runningCheckAfter, "still running");
}

function wakeLater(item: JobItem, wakeAt: number, outcome: string): Decision {
  return { writes: [{ ...item, wakeAt }], actions: [], outcome };
}

// GitHub's answer may be older than the item: what somebody else has seen to since is left alone.
function decideStillWaiting(
  items: Items,
  { item, checked }: { item: JobItem; checked: JobChecked },
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  // Its approval came while somebody else still heard that it waits for one.
  const isApproved = item.status === "parked" && item.wakeAt === undefined;
  if (isApproved && checked.state.status === "queued")
    return claimInTurn(items, item, circumstances);
  if (!isDue(item, now)) return nothing("seen to meanwhile");
  if (item.times.started !== undefined) {
    return wakeLater(item, now + runningCheckAfter, "still running");
  }
  if (item.status === "launching") return takeOver(item, circumstances);
  if (checked.state.status === "waiting") return awaitApproval(items, item, circumstances);
  const holder = findDeadHolder(items, { item, checked }, circumstances);
  if (holder !== undefined) return giveUpStuck(items, { item, holder }, circumstances);
  return item.status === "parked"
    ? claimInTurn(items, item, circumstances)
    : replaceOverdue(items, { item, checked }, circumstances);
}

// Another runner would idle as this job's own did; only its people can get it out of there.
function giveUpStuck(
  items: Items,
  { item, holder }: { item: JobItem; holder: string },
  circumstances: Circumstances,
): Decision {
  const failed = giveUp(item, describeStuck(item, holder), circumstances);
  const left = retireLeftOver(items, { item, outcomes: ["open", "started"] }, circumstances);
  return {
    writes: [...left.writes, ...failed.writes],
    actions: [...failed.actions, ...left.actions],
    outcome: "job is bound to a dead runner",
  };
}

// A job that waits for an approval would let its runner idle; GitHub sends `queued` again afterwards.
function awaitApproval(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const reason = "the job waits at GitHub for an approval or for its turn";
  const open = reopenLaunches({ ...item, losses: 0 });
  const parked = stepJob(open, { status: "parked", reason }, circumstances.now);
  const left = retireLeftOver(items, { item, outcomes: ["open", "started"] }, circumstances);
  return {
    writes: [...left.writes, parked],
    actions: left.actions,
    outcome: "parked until queued again",
  };
}

// A runner that ended or serves another job will not take this one, and one that has not for so long
// is given up: it may never have come up. A build may be queued for hours and is not dead as long as it
// is there.
function replaceOverdue(
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
  if (isRobbed || !fits(runner, item.job, circumstances.runnerScope)) {
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
  const retired = retireRunner(runner, now);
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
