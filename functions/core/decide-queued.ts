import { type Circumstances, type Decision, type Items, jobItemOf, nothing } from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { claimJob, newJobItem, type OwnAssessment } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { isClosed, type JobItem, jobItemId } from "./ledger.ts";

/** A `queued` delivery of a job of ours. */
export type QueuedJob = { readonly envelope: JobEnvelope; readonly assessment: OwnAssessment };

/** A job wants a runner: claim it, unless it has one, is being given one, or is over. */
export function decideQueued(
  items: Items,
  queued: QueuedJob,
  circumstances: Circumstances,
): Decision {
  const item = jobItemOf(items, jobItemId(jobKey(queued.envelope.job)));
  if (item === undefined) return claim(firstSight(queued, circumstances.now), circumstances);
  if (isClosed(item)) return nothing("job is over");
  switch (item.status) {
    case "launching":
      return takeOver(item, circumstances);
    case "parked":
      return claimParked(item, queued, circumstances);
    default:
      return nothing("job has a runner");
  }
}

/** Continues a launch whose owner is gone; one that is still at it must not be disturbed. */
export function takeOver(item: JobItem, circumstances: Circumstances): Decision {
  const until = item.lease?.until ?? 0;
  if (until > circumstances.now) {
    return { writes: [], actions: [{ kind: "come-back", at: until }], outcome: "launch under way" };
  }
  return claim(item, circumstances);
}

/** The claim as a decision: written first, then carried out. */
export function claim(item: JobItem, circumstances: Circumstances): Decision {
  const claimed = claimJob(item, circumstances);
  return { writes: [claimed], actions: [{ kind: "launch", item: claimed }], outcome: "claimed" };
}

function firstSight({ envelope, assessment }: QueuedJob, now: number): JobItem {
  return {
    ...newJobItem(envelope.job, assessment, now),
    times: { queued: envelope.happenedAt, received: envelope.receivedAt },
  };
}

/** Asks GitHub where the job stands, before anything else is done about it. */
export function check(item: JobItem): Decision {
  return { writes: [], actions: [{ kind: "check", item }], outcome: "checking" };
}

// A job that waits for an approval has no time to wake at: GitHub's next `queued` ends its wait, and
// only from then on it waits for us.
function claimParked(
  item: JobItem,
  { envelope }: QueuedJob,
  circumstances: Circumstances,
): Decision {
  if (item.wakeAt === undefined) {
    const times = { ...item.times, received: envelope.receivedAt };
    return claim({ ...item, waits: 0, times }, circumstances);
  }
  if (item.wakeAt > circumstances.now) return nothing("job waits already");
  return item.doubtful ? check(item) : claim(item, circumstances);
}
