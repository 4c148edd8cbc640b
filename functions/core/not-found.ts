import type { Circumstances, Decision } from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { park, release, reopenLaunches } from "./job-item.ts";
import type { JobItem, LedgerItem } from "./ledger.ts";

/** Why a job waits that GitHub did not find once: one answer alone may be a mistake. */
export const notFound = "GitHub does not find the job";

/** Why a job waits whose repository may be gone, or is none of the App's any more. */
export const outOfReach = "the App does not reach the job's repository (any more)";

/** What became of a job that GitHub did not find again: nobody knows how it ended, or whether it did. */
export const endUnknown = "GitHub does not find the job any more";

/** Whether GitHub says that the job is queued, after it had not found it any more. */
export function isFoundAgain(
  item: LedgerItem,
  { receivedAt }: Pick<JobEnvelope, "receivedAt">,
): item is JobItem & { readonly reason: typeof endUnknown } {
  if (item.kind !== "job" || item.reason !== endUnknown) return false;
  const { started, completed = receivedAt } = item.times;
  return started === undefined && receivedAt > completed;
}

/**
 * The job was closed by mistake, or is gone for good and told of late: GitHub is asked where it stands, and
 * all its time begins anew.
 */
export function reopen(item: JobItem, { now }: Pick<Circumstances, "now">): Decision {
  const { completed: _completed, tried: _tried, refused: _refused, ...times } = item.times;
  const reason = "GitHub finds the job again, and is asked whether it still waits";
  return park(
    release(reopenLaunches({ ...item, times }), now),
    { reason, wakeAt: now, doubtful: true },
    { now, outcome: "found again" },
  );
}
