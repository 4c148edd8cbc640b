import { describe, expect, it, onTestFinished } from "vitest";

import { openDatabase } from "../../local/database.ts";
import { createSqliteLedger } from "../../local/sqlite-ledger.ts";
import { describeLedger } from "../adapters/ledger-contract.ts";
import { jobItem, queuedJob, runnerItem, start } from "../core/builders.ts";
import { createDatabasePath } from "./database-path.ts";

/** An empty ledger in a file, and the way to open the file once more. */
function createLedger() {
  const clock = { now: start };
  const path = createDatabasePath();
  const open = () => {
    const database = openDatabase(path);
    onTestFinished(() => {
      database.close();
    });
    return { database, ledger: createSqliteLedger(database, () => clock.now) };
  };
  return { clock, open, ...open() };
}

describeLedger("createSqliteLedger", async () => createLedger());

describe("createSqliteLedger", () => {
  it("has what it had when the file is opened again", async () => {
    const { ledger, open } = createLedger();
    await ledger.write(jobItem(), 0);
    await ledger.write(jobItem({ waits: 1 }), 1);
    const { ledger: reopened } = open();
    expect(await reopened.read(jobItem().id)).toEqual({ item: jobItem({ waits: 1 }), version: 2 });
    expect(await reopened.write(jobItem(), 1)).toBe(false);
    expect(await ledger.read(jobItem().id)).toEqual({ item: jobItem({ waits: 1 }), version: 2 });
  });

  it("lists what has not expired", async () => {
    const { ledger } = createLedger();
    await ledger.write(jobItem(), 0);
    await ledger.write(runnerItem({ expiresAt: start }), 0);
    expect(ledger.list()).toEqual([jobItem()]);
  });

  it("deletes what has expired when it is opened", async () => {
    const { ledger, open, clock, database } = createLedger();
    const lasting = jobItem({ job: queuedJob({ id: 2 }), expiresAt: start + 2 });
    await ledger.write(jobItem({ expiresAt: start + 1 }), 0);
    await ledger.write(lasting, 0);
    clock.now = start + 1;
    open();
    expect(database.prepare("SELECT id FROM ledger").all()).toEqual([{ id: lasting.id }]);
  });

  it("finds what is due by an index, however many items there are", () => {
    const { database } = createLedger();
    const query = "SELECT item FROM ledger WHERE wake_at <= 1 AND expires_at > 1 ORDER BY wake_at";
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${query}`).all();
    expect(plan.map(({ detail }) => detail)).toEqual([
      "SEARCH ledger USING INDEX ledger_wake (wake_at<?)",
    ]);
  });

  it("does not take a write that failed for one that somebody else was faster with", async () => {
    const { ledger, database } = createLedger();
    database.exec("DROP TABLE ledger");
    await expect(ledger.write(jobItem(), 0)).rejects.toThrow("no such table");
  });
});
