import { isHeld, waitedSince } from "./job-item.ts";
import { isClosed, type ItemId, type JobItem, type LedgerItem } from "./ledger.ts";
import { outOfReach } from "./not-found.ts";
import { imageDeadline, settlePatience } from "./waits.ts";

/** How long after the time at which it asked to be looked at a job may be left alone, in milliseconds. */
const stuckAfter = 10 * 60_000;

/**
 * The open jobs that nobody sees to, although each pass of reconcile reminds of what is due; and those
 * that wait longer than any may for capacity, as GitHub does not say what it does about them.
 */
export function findStuckJobs(
  open: readonly LedgerItem[],
  { now, capacityDeadline }: { readonly now: number; readonly capacityDeadline: number },
): readonly ItemId[] {
  const patience = Math.max(capacityDeadline, imageDeadline) + settlePatience + stuckAfter;
  const stuck = open.filter(
    (item) =>
      item.kind === "job" &&
      !isClosed(item) &&
      item.wakeAt !== undefined &&
      (now - item.wakeAt > stuckAfter || waitedFor(item, now) > patience),
  );
  return stuck.map(({ id }) => id);
}

/** For how many milliseconds the job has waited for us. */
function waitedFor(item: JobItem, now: number): number {
  const { status, refusal, reason } = item;
  const isOurs = refusal === undefined && reason !== outOfReach && !isHeld(item);
  const isWaiting = status === "parked" && isOurs;
  return isWaiting ? now - (waitedSince(item.times) ?? now) : 0;
}
