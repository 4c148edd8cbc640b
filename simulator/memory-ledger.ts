import type { ItemId, Ledger, LedgerItem, Stored } from "../functions/core/ledger.ts";

/** The ledger in memory: for one process and as long as it lives. */
export type MemoryLedger = Ledger & {
  /** Every item that has not expired. */
  readonly list: () => readonly LedgerItem[];
};

/** Makes an empty ledger; `now` decides what has expired. */
export function createMemoryLedger(now: () => number): MemoryLedger {
  const rows = new Map<ItemId, { readonly item: LedgerItem; readonly version: number }>();
  const find = (id: ItemId): Stored => {
    const row = rows.get(id);
    if (row === undefined) return { version: 0 };
    return row.item.expiresAt <= now() ? { version: row.version } : row;
  };
  const list = (): readonly LedgerItem[] =>
    [...rows.values()].map(({ item }) => item).filter(({ expiresAt }) => expiresAt > now());
  return {
    list,
    read: async (id) => find(id),
    write: async (item, version) => {
      if (find(item.id).version !== version) return false;
      rows.set(item.id, { item: structuredClone(item), version: version + 1 });
      return true;
    },
    due: async (until, limit) =>
      list()
        .filter(({ wakeAt }) => wakeAt !== undefined && wakeAt <= until)
        .toSorted((one, other) => (one.wakeAt ?? 0) - (other.wakeAt ?? 0))
        .slice(0, limit),
  };
}
