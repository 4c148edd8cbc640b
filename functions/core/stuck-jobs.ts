import { isClosed, type ItemId, type LedgerItem } from "./ledger.ts";

/** How long after the time at which it asked to be looked at a job may be left alone, in milliseconds. */
const stuckAfter = 10 * 60_000;

/** The open jobs that nobody sees to, although each pass of reconcile reminds of what is due. */
export function findStuckJobs(open: readonly LedgerItem[], now: number): readonly ItemId[] {
  const stuck = open.filter(
    (item) =>
      item.kind === "job" &&
      !isClosed(item) &&
      item.wakeAt !== undefined &&
      now - item.wakeAt > stuckAfter,
  );
  return stuck.map(({ id }) => id);
}
