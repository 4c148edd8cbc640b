import {
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  type LedgerEvent,
  nothing,
} from "./decision.ts";
import { type JobItem, jobItemId } from "./ledger.ts";
import { mostTellings, tellWait } from "./waits.ts";

/** The people of a job that was given up have been told, or nobody wants it. */
export function decideTold(
  items: Items,
  { jobKey: key, outcome }: Extract<LedgerEvent, { kind: "job-told" }>,
): Decision {
  const item = jobItemOf(items, jobItemId(key));
  if (item?.owed.includes("tell") !== true) return nothing("nobody has to be told");
  return settle(item, outcome === "posted" ? "check run posted" : "check runs are off");
}

/** GitHub did not take the notice: again after growing gaps, or never where it does not let us. */
export function decideNotTold(
  items: Items,
  { jobKey: key, retryable, retryAt = 0 }: Extract<LedgerEvent, { kind: "job-not-told" }>,
  { now, jitter }: Circumstances,
): Decision {
  const item = jobItemOf(items, jobItemId(key));
  if (item?.owed.includes("tell") !== true) return nothing("nobody has to be told");
  if (!retryable || item.waits >= mostTellings) return settle(item, "check run not posted");
  const wakeAt = Math.max(now, retryAt) + tellWait(item.waits, jitter);
  const later = { ...item, waits: item.waits + 1, wakeAt };
  return { writes: [later], actions: [], outcome: "check run not posted yet" };
}

function settle(item: JobItem, outcome: string): Decision {
  const { wakeAt: _wakeAt, ...kept } = item;
  return { writes: [{ ...kept, owed: [] }], actions: [], outcome };
}
