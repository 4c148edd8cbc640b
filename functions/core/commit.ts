import { boundReasons } from "./bound-reasons.ts";
import { decide } from "./decide.ts";
import type { Circumstances, Decision, Items, LedgerEvent } from "./decision.ts";
import { itemsAbout } from "./items-about.ts";
import type { ItemId, Ledger, LedgerItem, Stored } from "./ledger.ts";

/** What one invocation has seen of the ledger; spares reading again what it has just written. */
export type Seen = Map<ItemId, Stored>;

/** A write that was made: what it found, where it found anything, and what it left. */
export type Change = { readonly before?: LedgerItem; readonly after: LedgerItem };

/** A decision that is written. */
export type Committed = Decision & {
  /** All that was written for it, each step once, in whichever round that was. */
  readonly changes: readonly Change[];
};

/** How often a decision is made anew because somebody else wrote meanwhile. */
const mostRounds = 10;

/**
 * Decides what an event means and writes it. When somebody else wrote one of the items meanwhile, all
 * are read and decided again: a decision that was written in part comes to the same end.
 * @throws {Error} when that happens ten times over; the message then comes again
 */
export async function commit(
  event: LedgerEvent,
  { ledger, seen, circumstances }: { ledger: Ledger; seen: Seen; circumstances: Circumstances },
): Promise<Committed> {
  const changes: Change[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const stored = await readAbout(event, { ledger, seen, prefix: circumstances.runnerPrefix });
    const decision = decide(toItems(stored), event, { ...circumstances, conflicts: round });
    const write = decision.inAnyOrder === true ? writeTogether : writeInTurn;
    const isWritten = await write(decision.writes, { ledger, seen, stored, changes });
    if (isWritten) return { ...decision, changes };
    for (const id of stored.keys()) seen.delete(id);
  }
  throw new Error(
    `an item was written by others ${mostRounds} times in a row while deciding ${event.kind}`,
  );
}

async function readAbout(
  event: LedgerEvent,
  { ledger, seen, prefix }: { ledger: Ledger; seen: Seen; prefix: string },
): Promise<ReadonlyMap<ItemId, Stored>> {
  const stored = new Map<ItemId, Stored>();
  for (;;) {
    const reading = { items: toItems(stored), asked: stored };
    const wanted = itemsAbout(event, reading, prefix).filter((id) => !stored.has(id));
    if (wanted.length === 0) return stored;
    const read = wanted.map(async (id) => [id, seen.get(id) ?? (await ledger.read(id))] as const);
    for (const [id, row] of await Promise.all(read)) stored.set(id, row);
  }
}

type Rows = {
  readonly ledger: Ledger;
  readonly seen: Seen;
  readonly stored: ReadonlyMap<ItemId, Stored>;
  readonly changes: Change[];
};

// In order, and only as long as nobody was faster: the job's row comes last, because it is the one that a
// repeated event looks at to tell whether anything is left to do.
async function writeInTurn(items: readonly LedgerItem[], rows: Rows): Promise<boolean> {
  for (const item of items) if (!(await writeItem(item, rows))) return false;
  return true;
}

async function writeTogether(items: readonly LedgerItem[], rows: Rows): Promise<boolean> {
  const written = await Promise.all(items.map(async (item) => writeItem(item, rows)));
  return written.every(Boolean);
}

async function writeItem(decided: LedgerItem, rows: Rows): Promise<boolean> {
  const item = boundReasons(decided);
  const { item: before, version = 0 } = rows.stored.get(item.id) ?? {};
  const isWritten = await rows.ledger.write(item, version);
  if (!isWritten) return false;
  rows.seen.set(item.id, { item, version: version + 1 });
  rows.changes.push({ after: item, ...(before === undefined ? {} : { before }) });
  return true;
}

function toItems(stored: ReadonlyMap<ItemId, Stored>): Items {
  const items = new Map<ItemId, LedgerItem>();
  for (const [id, { item }] of stored) if (item !== undefined) items.set(id, item);
  return items;
}
