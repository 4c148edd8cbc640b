import { type Circumstances, type Decision, type Items, nothing } from "./decision.ts";
import { wakeRun } from "./decide-run.ts";
import { rebindAgain } from "./to-rebind.ts";
import { check, claimOrCheck, takeOver, wasDueLongAgo } from "./decide-queued.ts";
import { isClosed, isDue, type ItemId, type JobItem, type LedgerItem } from "./ledger.ts";

/** An item asked to be looked at again: carry out what it owes, or find out why nothing happened. */
export function decideWake(items: Items, id: ItemId, circumstances: Circumstances): Decision {
  const item = items.get(id);
  if (item === undefined) return nothing("item is unknown");
  if (!isDue(item, circumstances.now)) return lookAgain(item, circumstances);
  if (item.kind === "job") return wakeJob(items, item, circumstances);
  if (item.kind === "run") return wakeRun(items, item, circumstances);
  if (item.kind !== "runner" || item.owed.length === 0) return nothing("nothing owed");
  return { writes: [], actions: [{ kind: "retire", item }], outcome: "retiring" };
}

function lookAgain(item: LedgerItem, circumstances: Circumstances): Decision {
  const actions = item.kind === "job" ? rebindAgain(item, circumstances) : [];
  return { writes: [], actions, outcome: "not due" };
}

function wakeJob(items: Items, item: JobItem, circumstances: Circumstances): Decision {
  if (item.owed.includes("tell")) {
    return { writes: [], actions: [{ kind: "tell", item }], outcome: "telling" };
  }
  if (isClosed(item)) return nothing("job is over");
  switch (item.status) {
    case "launching":
      return wasDueLongAgo(item, circumstances)
        ? check(item)
        : takeOver(items, item, circumstances);
    case "parked":
      return claimOrCheck(items, item, circumstances);
    default:
      return check(item);
  }
}
