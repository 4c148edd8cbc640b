import {
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  nothing,
  runItemOf,
} from "./decision.ts";
import { rebindAgain } from "./to-rebind.ts";
import type { JobEnvelope } from "./envelope.ts";
import { giveUp } from "./give-up.ts";
import {
  claimJob,
  isHeld,
  newJobItem,
  type OwnAssessment,
  park,
  release,
  stepJob,
} from "./job-item.ts";
import { jobKey } from "./job.ts";
import { keepOut } from "./keep-out.ts";
import type { RunnerSpec } from "./labels.ts";
import { isClosed, isDue, type JobItem, jobItemId, runItemId } from "./ledger.ts";
import { isFoundAgain, notFound, reopen } from "./not-found.ts";
import { whyShutOut } from "./policy.ts";
import { describeTurn } from "./refusal-reason.ts";
import { takeTurn } from "./refusal-turns.ts";
import { capacityWait, clockTolerance, staleAfter } from "./waits.ts";

/** How often a refused job asks for its turn before it lets the others go first. */
const mostTries = 3;

/** A `queued` delivery of a job of ours. */
export type QueuedJob = { readonly envelope: JobEnvelope; readonly assessment: OwnAssessment };

/** A job wants a runner: claim it, unless it has one, is being given one, or is over. */
export function decideQueued(
  items: Items,
  queued: QueuedJob,
  circumstances: Circumstances,
): Decision {
  const { envelope } = queued;
  const item = jobItemOf(items, jobItemId(jobKey(envelope.job)));
  if (item === undefined) {
    const found = firstSight(items, queued, circumstances);
    return isLongAgo(envelope.receivedAt, circumstances)
      ? askFirst(found, circumstances)
      : claimInTurn(items, found, circumstances);
  }
  if (isFoundAgain(item, envelope)) return reopen(item, circumstances);
  if (isClosed(item)) return seenTo(item, "job is over", circumstances);
  switch (item.status) {
    case "launching":
      return takeOver(items, item, circumstances);
    case "parked":
      return claimParked(items, { item, queued }, circumstances);
    default:
      return seenTo(item, "job has a runner", circumstances);
  }
}

// A launched job that is overdue may be queued again, after an approval that its check did not hear of.
function seenTo(item: JobItem, outcome: string, circumstances: Circumstances): Decision {
  if (item.status === "launched" && isDue(item, circumstances.now)) return check(item);
  return { writes: [], actions: rebindAgain(item, circumstances), outcome };
}

/** Continues a launch whose owner is gone; one that is still at it must not be disturbed. */
export function takeOver(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const until = item.lease?.until ?? 0;
  if (until > circumstances.now) {
    return { writes: [], actions: [{ kind: "come-back", at: until }], outcome: "launch under way" };
  }
  return claim(items, item, circumstances);
}

/** Claims a job; a refused one once it has its turn, which it may have to wait for. */
export function claimInTurn(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const { now, policy } = circumstances;
  const isShutOut = whyShutOut(item.job.repository, policy) !== undefined;
  if (item.refusal === undefined || isShutOut) return claim(items, item, circumstances);
  const turn = takeTurn(items, item.job, circumstances);
  if (turn === undefined) return giveUp(item, item.refusal, circumstances);
  if (turn.taken !== undefined && circumstances.conflicts >= mostTries) {
    return queueForTurn(item, item.refusal, circumstances);
  }
  const writes = turn.taken === undefined ? [] : [turn.taken];
  if (turn.at > now + clockTolerance) {
    const reason = describeTurn(item.refusal, turn.at - now);
    const parked = stepJob(item, { status: "parked", reason, wakeAt: turn.at }, now);
    return { writes: [...writes, parked], actions: [], outcome: "refusal rate limited" };
  }
  const times = { ...item.times, refused: item.times.refused ?? now };
  // As it is now: its turn may come a day after a deploy.
  const spec = circumstances.refusalSpec;
  const claimed = claim(items, { ...item, spec, times }, circumstances);
  return { ...claimed, writes: [...writes, ...claimed.writes] };
}

// Many at once get in each other's way: those that do not get through come again, one after another.
function queueForTurn(item: JobItem, refusal: string, { now, jitter }: Circumstances): Decision {
  const wakeAt = now + capacityWait(item.waits, jitter);
  const reason = `refused, and reported in a moment: ${refusal}`;
  const outcome = "refusal tried again: others were counted meanwhile";
  return park({ ...item, waits: item.waits + 1 }, { reason, wakeAt }, { now, outcome });
}

/** The claim as a decision: written first, then carried out; by the next invocation where this one is late. */
export function claim(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const { now, isLate, policy } = circumstances;
  const shutOut = whyShutOut(item.job.repository, policy);
  if (shutOut !== undefined) return keepOut(items, { item, reason: shutOut }, circumstances);
  if (isLate) {
    const reason = item.reason ?? "GitHub or AWS is slow; the job goes on in a moment";
    // What could be asked has been: asked again, it would be late again.
    return park(item, { reason, wakeAt: now, doubtful: false }, { now, outcome: "parked" });
  }
  const claimed = claimJob(item, circumstances);
  return { writes: [claimed], actions: [{ kind: "launch", item: claimed }], outcome: "claimed" };
}

function firstSight(
  items: Items,
  { envelope, assessment }: QueuedJob,
  { now }: Circumstances,
): JobItem {
  const { job, happenedAt: queued, receivedAt: received, namedAt } = envelope;
  const item = {
    ...newJobItem(job, assessment, now),
    // The webhook of a job that was found in a list may still come, under the name of then.
    ...(namedAt === undefined ? {} : { namedAt }),
    times: { queued, received },
  };
  const run = runItemOf(items, runItemId(job.runId));
  return run?.onDemandSince === undefined ? item : { ...item, spec: withoutSpot(item.spec) };
}

// What was interrupted once shall not be so again.
function withoutSpot(spec: RunnerSpec): RunnerSpec {
  const rungs = spec.rungs.filter((rung) => rung !== "FARGATE_SPOT");
  return { ...spec, rungs: rungs.length > 0 ? rungs : ["FARGATE"] };
}

/** Asks GitHub where the job stands, before anything else is done about it. */
export function check(item: JobItem): Decision {
  return { writes: [], actions: [{ kind: "check", item }], outcome: "checking" };
}

// GitHub's next `queued` ends the wait of a job that it holds back.
function claimParked(
  items: Items,
  { item, queued: { envelope } }: { item: JobItem; queued: QueuedJob },
  circumstances: Circumstances,
): Decision {
  if (isHeld(item)) {
    return claimInTurn(items, release(item, envelope.receivedAt), circumstances);
  }
  if ((item.wakeAt ?? 0) > circumstances.now) return nothing("job waits already");
  return claimOrCheck(items, item, circumstances);
}

/** Claims a parked job that is due, unless GitHub has to be asked first whether it still waits. */
export function claimOrCheck(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  const mayBeOver = item.doubtful || wasDueLongAgo(item, circumstances);
  return mayBeOver ? check(item) : claimInTurn(items, item, circumstances);
}

/**
 * Whether the job should have been looked at so long ago that it may well be over by now, or was asked about
 * for that, and not found.
 */
export function wasDueLongAgo(item: JobItem, circumstances: Circumstances): boolean {
  return item.reason === notFound || isLongAgo(item.wakeAt ?? circumstances.now, circumstances);
}

function isLongAgo(time: number, { now }: Circumstances): boolean {
  return now - time > staleAfter;
}

// After a long outage, or out of the dead-letter queue, come jobs that have long been over.
function askFirst(item: JobItem, { now }: Circumstances): Decision {
  const reason = "its message is old; GitHub is asked whether it still waits";
  return park(item, { reason, wakeAt: now, doubtful: true }, { now, outcome: "told late" });
}
