import type { DatabaseSync } from "node:sqlite";

import { decodeItem } from "../functions/core/ledger-codec.ts";
import type { Ledger, LedgerItem } from "../functions/core/ledger.ts";
import { readNumber, readText } from "../functions/core/read-json.ts";

/** The ledger in a file of this machine. */
export type SqliteLedger = Ledger & {
  /** Every item that has not expired, in the order in which they came to be. */
  readonly list: () => readonly LedgerItem[];
};

const schema = `
  CREATE TABLE IF NOT EXISTS ledger (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    item TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    wake_at INTEGER
  );
  CREATE INDEX IF NOT EXISTS ledger_wake ON ledger (wake_at) WHERE wake_at IS NOT NULL;
`;

/** The ledger in one SQLite table; what expired before is deleted now, and never while it is in use. */
export function createSqliteLedger(database: DatabaseSync, now: () => number): SqliteLedger {
  database.exec(schema);
  const sql = prepare(database);
  sql.deleteExpired.run(now());
  return {
    read: async (id) => {
      const row = sql.read.get(id);
      if (row === undefined) return { version: 0 };
      const stored = { version: readNumber(row["version"], "version") };
      const item = readItem(row);
      return item.expiresAt <= now() ? stored : { ...stored, item };
    },
    write: async (item, version) => {
      const fields = [JSON.stringify(item), item.expiresAt, item.wakeAt ?? null, item.id] as const;
      const { changes } =
        version === 0 ? sql.insert.run(...fields) : sql.update.run(...fields, version);
      return changes === 1;
    },
    due: async (until, limit) => sql.due.all(until, now(), limit).map(readItem),
    list: () => sql.list.all(now()).map(readItem),
  };
}

function prepare(database: DatabaseSync) {
  return {
    read: database.prepare("SELECT version, item FROM ledger WHERE id = ?"),
    insert: database.prepare(
      `INSERT INTO ledger (item, expires_at, wake_at, id, version) VALUES (?, ?, ?, ?, 1)
        ON CONFLICT DO NOTHING`,
    ),
    update: database.prepare(
      `UPDATE ledger SET item = ?, expires_at = ?, wake_at = ?, version = version + 1
        WHERE id = ? AND version = ?`,
    ),
    due: database.prepare(
      "SELECT item FROM ledger WHERE wake_at <= ? AND expires_at > ? ORDER BY wake_at LIMIT ?",
    ),
    list: database.prepare("SELECT item FROM ledger WHERE expires_at > ? ORDER BY rowid"),
    deleteExpired: database.prepare("DELETE FROM ledger WHERE expires_at <= ?"),
  };
}

function readItem(row: Readonly<Record<string, unknown>>): LedgerItem {
  return decodeItem(readText(row["item"], "item"));
}
