import {
  type Assessment,
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  runnerItemOf,
} from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { newJobItem, stepJob } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { retireLeftOver } from "./left-over.ts";
import { isClosed, type JobItem, jobItemId, type RunnerItem, runnerItemId } from "./ledger.ts";
import { isBound } from "./rebinding.ts";
import { bindRunner, newRunnerItem, oweRetirement } from "./runner-item.ts";
import { readRunnerName } from "./runner-name.ts";
import { isOfAnother } from "./same-owner.ts";
import { rebindAround, rebindOwn } from "./to-rebind.ts";
import { runningCheckAfter, strayAfter } from "./waits.ts";

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
  if (item === undefined) {
    const writes = letEnd(items, { envelope: news.envelope, bound }, circumstances);
    return { writes, actions: rebind, outcome: "job is unknown" };
  }
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

/**
 * The runner of a foreign job that is over ends by itself, in seconds. One that does not is looked for by
 * nobody else, as that job has no item.
 */
function letEnd(
  items: Items,
  { envelope, bound }: { envelope: JobEnvelope; bound: readonly RunnerItem[] },
  { now }: Circumstances,
): readonly RunnerItem[] {
  const known = runnerItemOf(items, runnerItemId(envelope.runnerName ?? ""));
  const runner = bound[0] ?? known;
  const isItsOwn = runner?.serves === jobKey(envelope.job);
  if (!isItsOwn || runner.ended !== undefined || runner.owed.length > 0) return bound;
  return [oweRetirement(runner, now + strayAfter)];
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
