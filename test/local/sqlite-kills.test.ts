import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { cursorItemId } from "../../functions/core/cursor-item.ts";
import { openDatabase } from "../../local/database.ts";
import { createSqliteLedger } from "../../local/sqlite-ledger.ts";
import { createSqliteQueue } from "../../local/sqlite-queue.ts";
import { createDatabasePath } from "./database-path.ts";

const kills = 10;
const child = fileURLToPath(new URL("queue-child.ts", import.meta.url));

/** How many rounds of work a process has done at least when it is killed, however slow the machine is. */
const rounds = 4;

/** What a process said that worked with the database until it was killed with SIGKILL. */
async function workUntilKilled(path: string, first: number): Promise<readonly string[]> {
  const worker = spawn(process.execPath, [child, path, String(first)], { stdio: "pipe" });
  let said = "";
  const { promise: hasWorked, resolve } = Promise.withResolvers<void>();
  worker.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split("\nwrote ").length > rounds) resolve();
  });
  let errors = "";
  worker.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const closed = once(worker, "close");
  await Promise.race([hasWorked, closed]);
  await sleep(Math.random() * 200);
  worker.kill("SIGKILL");
  await closed;
  expect(errors).toBe("");
  expect(worker.signalCode).toBe("SIGKILL");
  return said.split("\n").slice(0, -1);
}

/** Numbers of the messages that a word was said of, with what was said besides. */
function collect(lines: readonly string[], word: string): ReadonlyMap<number, number> {
  const words = lines.map((line) => line.split(" ")).filter(([first]) => first === word);
  return new Map(words.map(([, number, more]) => [Number(number), Number(more)]));
}

/** Takes all that is left, whenever it would have been due. */
function drain(path: string): readonly number[] {
  const database = openDatabase(path);
  const queue = createSqliteQueue(database, { now: () => Date.now() + 3_600_000 });
  const numbers: number[] = [];
  for (let batch = queue.receive(10); batch.length > 0; batch = queue.receive(10)) {
    numbers.push(...batch.map(({ body }) => Number(/run#(\d+)/u.exec(body)?.[1])));
  }
  expect(queue.deadLetters()).toEqual([]);
  database.close();
  return numbers;
}

describe("a process killed with SIGKILL", { timeout: 60_000 }, () => {
  it("leaves a queue that lost nothing, and delivers nothing early or after it was deleted", async () => {
    const path = createDatabasePath();
    const lines: string[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      lines.push(...(await workUntilKilled(path, kill * 1_000_000)));
    }
    const left = drain(path);
    const kept = new Set(left);
    const due = collect(lines, "sending");
    const sent = collect(lines, "sent");
    const deleting = collect(lines, "deleting");
    const deleted = collect(lines, "deleted");

    expect(deleted.size).toBeGreaterThan(kills);
    expect(kept.size).toBe(left.length);
    expect([...sent.keys()].filter((one) => !kept.has(one) && !deleting.has(one))).toEqual([]);
    expect(left.filter((one) => deleted.has(one) || !due.has(one))).toEqual([]);
    const gone = new Set<string>();
    for (const line of lines) {
      const [word, number = "", at] = line.split(" ");
      if (word === "deleted") gone.add(number);
      if (word !== "received") continue;
      expect(gone.has(number)).toBe(false);
      expect(Number(at)).toBeGreaterThanOrEqual(due.get(Number(number)) ?? Number.NaN);
    }
  });

  it("leaves a ledger with every write that it knew of", async () => {
    const path = createDatabasePath();
    let known = 0;
    for (let kill = 0; kill < kills / 2; kill += 1) {
      const written = [...collect(await workUntilKilled(path, 0), "wrote").keys()];
      known = Math.max(known, ...written);
      const database = openDatabase(path);
      const { version } = await createSqliteLedger(database, Date.now).read(cursorItemId("child"));
      database.close();
      expect([known, known + 1]).toContain(version);
      known = version;
    }
    expect(known).toBeGreaterThan(kills);
  });
});
