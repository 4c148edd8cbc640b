import { type Circumstances, type Decision, type Items, nothing } from "./decision.ts";
import { check, claim, takeOver } from "./decide-queued.ts";
import { isClosed, isDue, type ItemId, type JobItem } from "./ledger.ts";

/** An item asked to be looked at again: carry out what it owes, or find out why nothing happened. */
export function decideWake(items: Items, id: ItemId, circumstances: Circumstances): Decision {
  const item = items.get(id);
  if (item === undefined) return nothing("item is unknown");
  if (!isDue(item, circumstances.now)) return nothing("not due");
  if (item.kind === "job") return wakeJob(item, circumstances);
  if (item.kind === "cursor" || item.owed.length === 0) return nothing("nothing owed");
  return { writes: [], actions: [{ kind: "retire", item }], outcome: "retiring" };
}

function wakeJob(item: JobItem, circumstances: Circumstances): Decision {
  if (isClosed(item)) return nothing("job is over");
  switch (item.status) {
    case "launching":
      return takeOver(item, circumstances);
    case "parked":
      return item.doubtful ? check(item) : claim(item, circumstances);
    default:
      return check(item);
  }
}
