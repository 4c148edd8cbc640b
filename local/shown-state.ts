import type { JobItem } from "../functions/core/ledger.ts";

/** How far a job has come, in the words that people are shown, those who must act or wait first. */
export const shownStates = [
  "failed",
  "refused",
  "waiting",
  "queued",
  "launching",
  "starting",
  "running",
  "done",
  "cancelled",
] as const;
export type ShownState = (typeof shownStates)[number];

/** Those after which there is none. */
export const endStates: ReadonlySet<ShownState> = new Set([
  "failed",
  "refused",
  "done",
  "cancelled",
]);

/** The state of a job by its row; one that has none yet is queued. */
export function toShownState(item: JobItem | undefined): ShownState {
  if (item === undefined) return "queued";
  if (item.times.completed !== undefined) return endOf(item);
  if (item.times.started !== undefined) return "running";
  switch (item.status) {
    case "launching":
    case "failed":
      return item.status;
    case "parked":
      return "waiting";
    default:
      return "starting";
  }
}

function endOf({ refusal, conclusion }: JobItem): ShownState {
  if (refusal !== undefined) return "refused";
  if (conclusion === "cancelled" || conclusion === "skipped") return "cancelled";
  return conclusion === "success" ? "done" : "failed";
}
