import type { JobEnvelope } from "./envelope.ts";
import type { LedgerItem } from "./ledger.ts";

/** Why a job waits that GitHub did not find once: one answer alone may be a mistake. */
export const notFound = "GitHub does not find the job";

/** What became of a job that GitHub did not find again: nobody knows how it ended, or whether it did. */
export const endUnknown = "GitHub does not find the job any more";

/** Whether GitHub says that the job is queued, after it had not found it any more. */
export function isFoundAgain(item: LedgerItem, { receivedAt }: JobEnvelope): boolean {
  if (item.kind !== "job" || item.reason !== endUnknown) return false;
  return receivedAt > (item.times.completed ?? receivedAt);
}
