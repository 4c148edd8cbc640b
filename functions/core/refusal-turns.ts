import { type CapItem, capItemId } from "./cap-item.ts";
import type { Circumstances, Decision, Items } from "./decision.ts";
import { type Job, jobKey } from "./job.ts";
import { isClosed } from "./ledger.ts";
import { retention } from "./waits.ts";

/** When a refused job may have its runner; with the item to be written where it has just been put down. */
export type Turn = { readonly at: number; readonly taken?: CapItem };

const hour = 3_600_000;

/** GitHub gives up a job that was queued for a day: a turn after that is none. */
const longestWait = 23 * hour;

/** How often a turn may fail to be given back before that is left. */
const mostReturns = 3;

/** An item of DynamoDB has room for some ten thousand. */
const mostTurns = 4_000;

/**
 * The turn of a refused job: at most `refusalsPerHour` jobs of a repository have theirs within any hour,
 * each the earliest that is free, and keep it whatever comes after them. None when all that would help
 * are taken.
 */
export function takeTurn(
  items: Items,
  job: Job,
  { now, refusalsPerHour }: Pick<Circumstances, "now" | "refusalsPerHour">,
): Turn | undefined {
  const turns = Object.entries(readCap(items, job)?.turns ?? {}).filter(
    ([, at]) => at > now - hour,
  );
  const known = turns.find(([key]) => key === jobKey(job));
  if (known !== undefined) return { at: known[1] };
  const at = findFree(
    turns.map(([, taken]) => taken),
    { most: refusalsPerHour, now },
  );
  if (at > now + longestWait || turns.length >= mostTurns) return undefined;
  const taken: CapItem = {
    kind: "cap",
    id: capItemId(job.repository.id),
    turns: Object.fromEntries([...turns, [jobKey(job), at]]),
    expiresAt: now + retention,
  };
  return { at, taken };
}

/**
 * The decision, giving back the turn to come of a job that it closes: others wait for one. Where many do so
 * at once, some are not given back.
 */
export function returnTurn(
  items: Items,
  decision: Decision,
  { now, conflicts }: Pick<Circumstances, "now" | "conflicts">,
): Decision {
  if (conflicts >= mostReturns) return decision;
  const closed = decision.writes.find((item) => item.kind === "job" && isClosed(item));
  if (closed?.kind !== "job") return decision;
  const cap = readCap(items, closed.job);
  const key = jobKey(closed.job);
  if (cap === undefined || (cap.turns[key] ?? now) <= now) return decision;
  const { [key]: _returned, ...turns } = cap.turns;
  return { ...decision, writes: [{ ...cap, turns }, ...decision.writes] };
}

function readCap(items: Items, { repository }: Job): CapItem | undefined {
  const item = items.get(capItemId(repository.id));
  return item?.kind === "cap" ? item : undefined;
}

// As many turns as an hour may have, one after another, leave room for no other that is within an hour
// with all of them. What ends that goes up with each first one of them, so that one pass is enough.
function findFree(
  taken: readonly number[],
  { most, now }: { readonly most: number; readonly now: number },
): number {
  const turns = taken.toSorted((one, other) => one - other);
  return turns.reduce((at, first, index) => {
    const last = turns[index + most - 1] ?? Infinity;
    const isFull = Math.max(last, at) - Math.min(first, at) < hour;
    return isFull ? first + hour : at;
  }, now);
}
