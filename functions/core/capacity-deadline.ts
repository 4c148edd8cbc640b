import type { Circumstances, NotStarted } from "./decision.ts";
import { triedSince, waitedSince } from "./job-item.ts";
import type { JobItem, JobTimes } from "./ledger.ts";
import { imageDeadline, refusalDeadline } from "./waits.ts";

/**
 * Whether the job has waited as long as it may. A refused one has a time of its own: the time before does
 * not count against it.
 */
export function isTooLate(
  { refusal, times }: JobItem,
  { kind }: NotStarted,
  { now, capacityDeadline }: Circumstances,
): boolean {
  const deadline = refusal === undefined ? capacityDeadline : refusalDeadline;
  return kind === "no-image"
    ? now - (waitedSince(times) ?? now) >= Math.max(deadline, imageDeadline)
    : now - (triedSince(times) ?? now) >= deadline;
}

/** Whether no compute was asked for, because GitHub did not say whether it registered the runner. */
export function isUnasked(report: NotStarted): boolean {
  return "isUnasked" in report && report.isUnasked;
}

/** Whether the time until the next try must not count for want of capacity. */
export function saysNothingOfCapacity(report: NotStarted): boolean {
  return "isUnanswered" in report || isUnasked(report) || report.kind === "no-image";
}

/**
 * The times of a job whose next try comes after a wait that says nothing of capacity. After an outage all
 * who waited for it ask at once: the first shortage must not refuse them.
 */
export function excuse(times: JobTimes, wait: number): JobTimes {
  const since = triedSince(times);
  return since === undefined ? times : { ...times, tried: since + wait };
}
