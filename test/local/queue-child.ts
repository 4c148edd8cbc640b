/**
 * Works with a queue and a ledger until it is killed: `node queue-child.ts <database> <first number>`.
 * Every line says what is about to happen, or what is done for good.
 */
import { writeSync } from "node:fs";

import { cursorItemId } from "../../functions/core/cursor-item.ts";
import { openDatabase } from "../../local/database.ts";
import { createSqliteLedger } from "../../local/sqlite-ledger.ts";
import { createSqliteQueue } from "../../local/sqlite-queue.ts";

const [path = "", first = "0"] = process.argv.slice(2);
const database = openDatabase(path);
const queue = createSqliteQueue(database, { now: Date.now, maxReceiveCount: 1_000_000 });
const ledger = createSqliteLedger(database, Date.now);
const id = cursorItemId("child");

// Not buffered: what was said before the end has been said.
const say = (...words: readonly (string | number)[]): void => {
  writeSync(1, `${words.join(" ")}\n`);
};

queue.returnInFlight();
say("ready");
for (let number = Number(first); ; number += 1) {
  const delaySeconds = number % 3 === 0 ? 1 : 0;
  const due = Date.now() + delaySeconds * 1_000;
  say("sending", number, due);
  await queue.send({ version: 1, kind: "wake", itemId: `run#${number}` }, { delaySeconds });
  say("sent", number);
  for (const { body, receiptHandle, receives } of queue.receive(2)) {
    const received = /run#(\d+)/u.exec(body)?.[1] ?? body;
    say("received", received, Date.now());
    if (receives > 1) {
      say("deleting", received);
      queue.acknowledge(receiptHandle);
      say("deleted", received);
    } else {
      await queue.hide(receiptHandle, 30);
    }
  }
  const { version } = await ledger.read(id);
  const at = Date.now();
  if (await ledger.write({ kind: "cursor", id, at, expiresAt: at + 60_000 }, version)) {
    say("wrote", version + 1);
  }
}
