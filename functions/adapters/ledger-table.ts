/** The shape of the ledger's table, shared by what creates it and what uses it. */
export const ledgerTable = {
  /** Partition key, a string; there is no sort key. */
  key: "id",
  /** How often the item was written; every write names the one it replaces. */
  version: "version",
  /** The item as JSON. */
  body: "item",
  /** Seconds since the epoch: the table's TTL attribute. */
  expiry: "expiresAt",
  /** Partition key of the index; only items that wait for a time have it. */
  wakeShard: "wakeShard",
  /** Sort key of the index, milliseconds since the epoch. */
  wakeAt: "wakeAt",
  /** Name of the index on `wakeShard` and `wakeAt`, with all attributes. */
  wakeIndex: "wake",
  wakeShards: 4,
} as const;
