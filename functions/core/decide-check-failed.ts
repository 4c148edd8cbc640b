import type { CheckFailure } from "./checked-job.ts";
import { asNews, loseSight } from "./decide-checked.ts";
import { decideCompleted } from "./decide-progress.ts";
import { claimInTurn } from "./decide-queued.ts";
import { type Circumstances, type Decision, type Items, jobItemOf, nothing } from "./decision.ts";
import { isOutOfReach } from "./github-error.ts";
import { isHeld, reopenLaunches } from "./job-item.ts";
import { isDue, type JobItem, jobItemId } from "./ledger.ts";
import { outOfReach } from "./not-found.ts";
import { waitsForRunner } from "./rebinding.ts";
import { capacityWait, heldWait, mostAsked, queuedAtMost, ranAtMost } from "./waits.ts";

/**
 * GitHub did not tell where a job stands: the item is looked at again later, and stays as it is until then.
 * A job that has not started gets a runner all the same after a few times, unless the one that it had is
 * found to be there: one too many ends as idle, but a job too few waits for ever. One that GitHub will not
 * tell of any more, as the App was removed, is over once GitHub has ended it by itself.
 */
export function decideCheckFailed(
  items: Items,
  failure: CheckFailure,
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  const item = jobItemOf(items, jobItemId(failure.jobKey));
  if (item === undefined || !isDue(item, now)) return nothing("already handled");
  if (failure.error !== undefined && mustBeOver(item, now)) {
    const news = asNews(item, { status: "gone" }, circumstances);
    return loseSight(decideCompleted(items, news, circumstances));
  }
  if (needsRunner(item) && item.waits >= mostAsked && !mayWait(item, failure)) {
    return claimInTurn(items, reopenLaunches(item), circumstances);
  }
  return askLater(item, failure, circumstances);
}

function mustBeOver(item: JobItem, now: number): boolean {
  const { received = now, started } = item.times;
  if (started !== undefined) return now - started >= ranAtMost;
  return !isHeld(item) && now - received >= queuedAtMost;
}

function needsRunner(item: JobItem): boolean {
  return item.status === "parked" || waitsForRunner(item);
}

function mayWait(item: JobItem, { isUnfinished, retryAt, error }: CheckFailure): boolean {
  return isHeld(item) || isUnfinished === true || retryAt !== undefined || isOutOfReach(error);
}

function askLater(
  item: JobItem,
  { message, retryAt = 0, error }: CheckFailure,
  { now, jitter }: Circumstances,
): Decision {
  const { started, received = now } = item.times;
  const isUrgent = started === undefined && !isHeld(item) && !isOutOfReach(error);
  // Nobody waits for what is asked, and what a person has to mend may stay so for weeks.
  const least = error === undefined || isUrgent ? 0 : heldWait(now - received);
  const wakeAt = Math.max(Math.max(now, retryAt) + capacityWait(item.waits, jitter), now + least);
  const reason = isOutOfReach(error) ? outOfReach : message;
  const untold = started === undefined ? { reason } : {};
  const later = { ...item, ...untold, waits: item.waits + 1, wakeAt };
  return { writes: [later], actions: [], outcome: "not checked" };
}
