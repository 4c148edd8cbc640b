import { type JobChecked, mayBeBound } from "./checked-job.ts";
import { type Circumstances, type Items, runnerItemOf } from "./decision.ts";
import { type JobItem, runnerItemId } from "./ledger.ts";
import { describeSilent } from "./refusal-reason.ts";
import { deadNamedAfter, deadUnnamedAfter } from "./waits.ts";

/**
 * The runner that a queued job is bound to although it has ended, or hangs, where there is one. GitHub takes
 * an unread job back within a minute, and fails a running one some ten minutes after its runner was lost;
 * a registration that is busy after that has a job that nobody will ever run.
 * https://github.com/actions/runner/issues/4598
 */
export function findDeadRunner(
  items: Items,
  { item, checked }: { readonly item: JobItem; readonly checked: JobChecked },
  { now, capacityDeadline }: Circumstances,
): string | undefined {
  const { seen, state } = checked;
  if (!mayBeBound(seen)) return undefined;
  const { name: deadRunner } = seen;
  const runner = runnerItemOf(items, runnerItemId(deadRunner));
  if (runner?.serves !== undefined) return undefined;
  // It was seen so before, and was given its time since.
  if (seen.state === "silent")
    return item.reason === describeSilent(deadRunner) ? deadRunner : undefined;
  const patience = state.runnerName === deadRunner ? deadNamedAfter : deadUnnamedAfter;
  // Of one whose end nobody told it is only known that it is gone, not for how long.
  const overdueBy =
    runner?.ended === undefined
      ? now - (item.times.received ?? now) - capacityDeadline
      : now - runner.ended.at - patience;
  return overdueBy >= 0 ? deadRunner : undefined;
}
