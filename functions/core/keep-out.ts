import { excuse } from "./capacity-deadline.ts";
import type { Circumstances, Decision, Items } from "./decision.ts";
import { park } from "./job-item.ts";
import type { JobItem } from "./ledger.ts";
import { retireLeftOver } from "./left-over.ts";
import { staleAfter } from "./waits.ts";

/**
 * The repository of a job was shut out since it was queued. The next deploy may put right what this one got
 * wrong, and GitHub lets a job wait for a day: until it is over it is asked about. What was started for it,
 * although nobody wrote that down, must not run it.
 */
export function keepOut(
  items: Items,
  { item, reason }: { readonly item: JobItem; readonly reason: string },
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  const left = retireLeftOver(items, { item, outcomes: ["open"] }, circumstances);
  const parked = park(
    { ...item, times: { ...excuse(item.times, staleAfter), claimed: now } },
    { reason, wakeAt: now + staleAfter, doubtful: true },
    { now, outcome: "shut out since it was queued" },
  );
  return {
    ...parked,
    writes: [...left.writes, ...parked.writes],
    actions: [...parked.actions, ...left.actions],
  };
}
