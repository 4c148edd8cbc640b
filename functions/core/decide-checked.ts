import { type Circumstances, type Decision, type Items, jobItemOf, nothing } from "./decision.ts";
import { decideCompleted, decideInProgress, type JobNews } from "./decide-progress.ts";
import { claimInTurn, takeOver } from "./decide-queued.ts";
import type { JobAction, JobEnvelope } from "./envelope.ts";
import { giveUp } from "./give-up.ts";
import type { JobChecked } from "./checked-job.ts";
import { findDeadRunner } from "./dead-runner.ts";
import { isHeld, park, release, reopenLaunches, stepJob, wakeLater } from "./job-item.ts";
import { isClosed, isDue, type JobItem, jobItemId } from "./ledger.ts";
import { retireLeftOver } from "./left-over.ts";
import { endUnknown, notFound } from "./not-found.ts";
import { describeStuck } from "./refusal-reason.ts";
import { replaceOverdue } from "./replace-overdue.ts";
import type { JobState } from "./runner-registry.ts";
import { rebindOwn } from "./to-rebind.ts";
import { heldWait, notFoundWait, runningCheckAfter, siblingWait } from "./waits.ts";

/** GitHub was asked where an overdue or doubtful job stands. */
export function decideChecked(
  items: Items,
  checked: JobChecked,
  circumstances: Circumstances,
): Decision {
  const { jobKey: key, state } = checked;
  const known = jobItemOf(items, jobItemId(key));
  if (known === undefined || isClosed(known)) return nothing("job is over");
  if (state.status === "gone" && known.reason !== notFound) return askOnce(known, circumstances);
  // Who asked at the same time says the same, and no more.
  if (state.status === "gone" && !isDue(known, circumstances.now)) {
    return nothing("already handled");
  }
  const item = withoutDoubt(known);
  const news = asNews(item, state, circumstances);
  switch (state.status) {
    case "completed":
      return decideCompleted(items, news, circumstances);
    case "gone":
      return loseSight(decideCompleted(items, news, circumstances));
    case "in_progress":
      return item.times.started === undefined
        ? decideInProgress(items, news, circumstances)
        : wakeLater(item, circumstances.now + runningCheckAfter, "still running");
    case "waiting":
    case "queued":
      return decideStillWaiting(items, { item, checked }, circumstances);
  }
}

// A job that was deleted stays so. One answer alone may be a mistake, and would end the job in silence.
function askOnce(item: JobItem, { now }: Circumstances): Decision {
  return wakeLater(
    { ...item, reason: notFound },
    now + notFoundWait,
    "not found for the first time",
  );
}

/** A job that GitHub tells of no more is over: should it find it again, it is to be known that nobody told how. */
export function loseSight({ writes, ...decision }: Decision): Decision {
  const told = writes.map((item) => (item.kind === "job" ? { ...item, reason: endUnknown } : item));
  return { ...decision, writes: told, outcome: endUnknown };
}

function withoutDoubt(item: JobItem): JobItem {
  if (item.reason !== notFound) return item;
  const { reason: _reason, ...found } = item;
  return found;
}

/** What GitHub told of a job when it was asked, as if it had told it by itself. */
export function asNews(item: JobItem, state: JobState, { now }: Circumstances): JobNews {
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

// GitHub's answer may be older than the item: what somebody else has seen to since is left alone.
function decideStillWaiting(
  items: Items,
  { item, checked }: { item: JobItem; checked: JobChecked },
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  // It is not held any more, or was released while somebody else still heard that it is.
  if (isHeld(item) && checked.state.status === "queued") {
    return claimInTurn(items, release(item, now), circumstances);
  }
  if (!isDue(item, now)) return nothing("already handled");
  if (item.times.started !== undefined) {
    return wakeLater(item, now + runningCheckAfter, "still running");
  }
  if (item.status === "launching") return takeOver(items, item, circumstances);
  if (checked.state.status === "waiting") return hold(items, item, circumstances);
  const deadRunner = findDeadRunner(items, { item, checked }, circumstances);
  if (deadRunner !== undefined) return giveUpStuck(items, { item, deadRunner }, circumstances);
  if (item.status !== "parked") return replaceOverdue(items, { item, checked }, circumstances);
  return checked.mayAwaitSiblings === true && item.refusal === undefined
    ? awaitSiblings(items, item, circumstances)
    : claimInTurn(items, item, circumstances);
}

// Its runner was not lost, and must not count as such: the next ones come ever later, as nobody tells when
// `max-parallel` lets the job run.
function awaitSiblings(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const idled = (item.idled ?? 0) + 1;
  const spared = { ...item, losses: 0, idled };
  const wait = siblingWait(idled);
  if (wait === 0) return claimInTurn(items, spared, circumstances);
  const reason =
    "its runner was given no job while other jobs of its run were running; it may be waiting for max-parallel";
  const { now } = circumstances;
  const outcome = "waits for other jobs of its run";
  return park(spared, { reason, wakeAt: now + wait, doubtful: false }, { now, outcome });
}

// Another runner would idle as this job's own did; only its people can get it out of there.
function giveUpStuck(
  items: Items,
  { item, deadRunner }: { item: JobItem; deadRunner: string },
  circumstances: Circumstances,
): Decision {
  const failed = giveUp(item, describeStuck(item, deadRunner), circumstances);
  const left = retireLeftOver(items, { item, outcomes: ["open", "started"] }, circumstances);
  return {
    writes: [...left.writes, ...failed.writes],
    actions: [...failed.actions, ...left.actions],
    outcome: "job is bound to a dead runner",
  };
}

// A job that GitHub gives to nobody yet would let its runner idle. After an approval GitHub says `queued`
// again, but not where a job had to wait for its turn (`concurrency`, `max-parallel`).
function hold(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const { now } = circumstances;
  const reason =
    "GitHub holds the job back: it waits for an approval, or for concurrency or max-parallel";
  if (isHeld(item)) {
    return wakeLater({ ...item, reason }, now + heldWait(now - item.heldAt), "still held");
  }
  const open = reopenLaunches({ ...item, losses: 0 });
  const held = { status: "parked", reason, doubtful: true, heldAt: now } as const;
  const parked = stepJob(open, { ...held, wakeAt: now + heldWait(0) }, now);
  const left = retireLeftOver(items, { item, outcomes: ["open", "started"] }, circumstances);
  return {
    writes: [...left.writes, parked],
    actions: [...left.actions, ...rebindOwn(items, parked)],
    outcome: "parked until queued again",
  };
}
