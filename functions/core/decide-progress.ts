import {
  type Action,
  type Assessment,
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  runnerItemOf,
} from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { isOver, liveLaunch, newestLaunch, newJobItem, stepJob } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { retireLeftOver } from "./left-over.ts";
import { isClosed, type JobItem, jobItemId, type RunnerItem, runnerItemId } from "./ledger.ts";
import { isBound, waitsForRunner } from "./rebinding.ts";
import { bindRunner, newRunnerItem } from "./runner-item.ts";
import { readRunnerName, runnerName } from "./runner-name.ts";
import { isOfAnother } from "./same-owner.ts";
import { runningCheckAfter } from "./waits.ts";

/** News of a job that GitHub has given to a runner, or ended. */
export type JobNews = { readonly envelope: JobEnvelope; readonly assessment: Assessment };

/** A runner took the job: bind the two, whoever the runner was made for. */
export function decideInProgress(
  items: Items,
  news: JobNews,
  circumstances: Circumstances,
): Decision {
  const bound = bindNamedRunner(items, news.envelope, circumstances);
  const item = knownOrNew(items, news, circumstances.now);
  const actions = rebindAround(item, news.envelope, circumstances);
  if (item === undefined) return { writes: bound, actions, outcome: "foreign job took a runner" };
  if (isClosed(item) || item.times.started !== undefined) {
    return { writes: bound, actions, outcome: "job has started already" };
  }
  const running = startJob(item, news.envelope, circumstances.now);
  // Its launch may have been abandoned halfway: what came of it would idle as long as the job runs.
  const left = retireLeftOver(items, { item: running, outcomes: ["open"] }, circumstances);
  return {
    writes: [...bound, ...left.writes, running],
    actions: [...left.actions, ...actions],
    outcome: "running",
  };
}

/**
 * The job is over. One that no runner had (cancelled before it started, or skipped) leaves behind the
 * runner that was started for it, and any job a launch whose outcome nobody found out; a job of ours
 * of which nothing is known leaves a closed item, so that a `queued` that comes late starts nothing.
 */
export function decideCompleted(
  items: Items,
  news: JobNews,
  circumstances: Circumstances,
): Decision {
  const item = knownOrNew(items, news, circumstances.now);
  // Who told of its start had all that seen to, and comes again until it has.
  const isSeenTo = isBound(news.envelope, items);
  const bound = isSeenTo ? [] : bindNamedRunner(items, news.envelope, circumstances);
  const rebind = isSeenTo ? [] : rebindAround(item, news.envelope, circumstances);
  if (item === undefined) return { writes: bound, actions: rebind, outcome: "job is unknown" };
  if (isClosed(item)) {
    // Told again: who told of it first may not have come to an end.
    return {
      writes: bound,
      actions: [...rebind, ...rebindOwn(items, item)],
      outcome: "job is over",
    };
  }
  const closed = closeJob(item, news.envelope, circumstances.now);
  const served = closed.runnerName !== undefined;
  const left = retireLeftOver(
    items,
    { item: closed, outcomes: served ? ["open"] : ["open", "started"] },
    circumstances,
  );
  return {
    writes: [...bound, ...left.writes, closed],
    actions: [...left.actions, ...rebind, ...rebindOwn(items, closed)],
    outcome: served ? "completed" : "completed without a runner",
  };
}

function knownOrNew(
  items: Items,
  { envelope, assessment }: JobNews,
  now: number,
): JobItem | undefined {
  const known = jobItemOf(items, jobItemId(jobKey(envelope.job)));
  if (known !== undefined || assessment.kind === "ignore") return known;
  return newJobItem(envelope.job, assessment, now);
}

function startJob(
  item: JobItem,
  { happenedAt, runnerName: taken }: JobEnvelope,
  now: number,
): JobItem {
  return stepJob(
    item,
    {
      status: item.refusal === undefined ? "running" : "refused",
      times: { ...item.times, started: happenedAt },
      wakeAt: now + runningCheckAfter,
      ...reasonOfRefusal(item),
      ...(taken === undefined ? {} : { runnerName: taken }),
    },
    now,
  );
}

function closeJob(
  item: JobItem,
  { happenedAt, runnerName: taken, conclusion }: JobEnvelope,
  now: number,
): JobItem {
  return stepJob(
    item,
    {
      status: item.refusal === undefined ? "completed" : "refused",
      times: { ...item.times, completed: happenedAt },
      ...reasonOfRefusal(item),
      ...(taken === undefined ? {} : { runnerName: taken }),
      ...(conclusion === undefined ? {} : { conclusion }),
    },
    now,
  );
}

function reasonOfRefusal({ refusal }: JobItem): { readonly reason?: string } {
  return refusal === undefined ? {} : { reason: refusal };
}

/**
 * What a job that has a runner leaves to be looked at. The job that the runner was made for is robbed,
 * unless that is this one. Then, or where the runner is none of ours, what was started for this one may
 * be left over.
 */
function rebindAround(
  item: JobItem | undefined,
  { job, runnerName: taken }: Pick<JobEnvelope, "job" | "runnerName">,
  { runnerPrefix }: Pick<Circumstances, "runnerPrefix">,
): readonly Action[] {
  if (taken === undefined) return [];
  const key = jobKey(job);
  const robbed = readRunnerName(runnerPrefix, taken)?.jobKey ?? key;
  if (robbed !== key) return [{ kind: "rebind", runnerName: taken }];
  const live = item === undefined ? undefined : liveLaunch(item);
  const own = live === undefined ? taken : runnerName(runnerPrefix, key, live.number);
  return own === taken ? [] : [{ kind: "rebind", runnerName: own }];
}

/**
 * What is to be looked at once more when an older message about a job comes again that has a runner or
 * is over: whoever launched it, or found out that it runs, may have died before seeing to what is left.
 */
export function rebindAgain(
  item: JobItem,
  circumstances: Pick<Circumstances, "runnerPrefix">,
): readonly Action[] {
  const isSettled = item.times.started !== undefined || isClosed(item);
  if (!isSettled && !waitsForRunner(item)) return [];
  const around = rebindAround(item, item, circumstances);
  const last = isSettled ? newestLaunch(item) : liveLaunch(item);
  if (around.length > 0 || last === undefined || isOver(last)) return around;
  const own = runnerName(circumstances.runnerPrefix, jobKey(item.job), last.number);
  return own === item.runnerName ? [] : [{ kind: "rebind", runnerName: own }];
}

/**
 * What a job that needs no runner (any more) leaves behind is its own, or, where that serves another job,
 * the one that is left for it.
 */
export function rebindOwn(items: Items, item: JobItem): readonly Action[] {
  if (item.runnerName !== undefined) return [];
  const key = jobKey(item.job);
  return [...items.values()]
    .filter((other) => other.kind === "runner")
    .filter(({ madeFor, serves }) => madeFor === key && serves !== undefined && serves !== key)
    .map(({ name }) => ({ kind: "rebind", runnerName: name }));
}

function bindNamedRunner(
  items: Items,
  { job, runnerName: taken }: JobEnvelope,
  { now, runnerPrefix }: Circumstances,
): readonly RunnerItem[] {
  if (taken === undefined) return [];
  const parts = readRunnerName(runnerPrefix, taken);
  if (parts === undefined) return [];
  const known = runnerItemOf(items, runnerItemId(taken));
  if (known?.serves !== undefined || isOfAnother(known, job)) return [];
  const runner = known ?? newRunnerItem(taken, parts.jobKey, now);
  return [bindRunner(runner, jobKey(job))];
}
