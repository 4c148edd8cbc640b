import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { QueueError } from "../../functions/core/errors.ts";
import type { Envelope } from "../../functions/core/envelope.ts";
import { openDatabase } from "../../local/database.ts";
import { createSqliteQueue, type SqliteQueue } from "../../local/sqlite-queue.ts";
import { start } from "../core/builders.ts";
import { createDatabasePath } from "./database-path.ts";

let clock: { now: number };
let path: string;
let queue: SqliteQueue;

function open() {
  const database = openDatabase(path);
  onTestFinished(() => {
    database.close();
  });
  return database;
}

function createQueue(options: { maxReceiveCount?: number } = {}): SqliteQueue {
  return createSqliteQueue(open(), { now: () => clock.now, ...options });
}

function wake(id: number): Envelope {
  return { version: 1, kind: "wake", itemId: `run#${id}` };
}

/** Numbers of the messages received now. */
function receiveIds(limit = 10, from = queue): readonly number[] {
  return from.receive(limit).map(({ body }) => Number(/run#(\d+)/u.exec(body)?.[1]));
}

beforeEach(() => {
  clock = { now: start };
  path = createDatabasePath();
  queue = createQueue();
});

describe("createSqliteQueue", () => {
  it("hands a message over as it was sent, with all that the receiver is told", async () => {
    await queue.send(wake(1), { groupId: "7" });
    clock.now += 5;
    expect(queue.receive(10)).toEqual([
      {
        id: "1",
        receiptHandle: "1.1",
        body: '{"version":1,"kind":"wake","itemId":"run#1"}',
        groupId: "7",
        sentAt: start,
        firstReceivedAt: start + 5,
        receives: 1,
      },
    ]);
  });

  it("hands over no more than asked for, oldest first, and none twice", async () => {
    for (let id = 1; id <= 12; id += 1) await queue.send(wake(id));
    expect(receiveIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(receiveIds()).toEqual([11, 12]);
    expect(receiveIds()).toEqual([]);
  });

  it("delays a message, neither more nor less than it was told to", async () => {
    await queue.send(wake(1), { delaySeconds: 900 });
    expect(queue.nextVisibleAt()).toBe(start + 900_000);
    clock.now = start + 899_999;
    expect(receiveIds()).toEqual([]);
    clock.now = start + 900_000;
    expect(receiveIds()).toEqual([1]);
  });

  it("shows a message again when its visibility timeout ends, and counts", async () => {
    await queue.send(wake(1));
    expect(queue.receive(10)).toMatchObject([{ receives: 1 }]);
    clock.now += 89_999;
    expect(queue.receive(10)).toEqual([]);
    clock.now += 1;
    expect(queue.receive(10)).toMatchObject([{ receives: 2, firstReceivedAt: start }]);
  });

  it("never shows an acknowledged message again, even one that was acknowledged late", async () => {
    await queue.send(wake(1));
    const [message] = queue.receive(10);
    clock.now += 90_000;
    queue.acknowledge(message?.receiptHandle ?? "");
    expect(receiveIds()).toEqual([]);
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it("keeps a message that somebody else has received meanwhile", async () => {
    await queue.send(wake(1));
    const [first] = queue.receive(10);
    clock.now += 90_000;
    const [second] = queue.receive(10);
    queue.acknowledge(first?.receiptHandle ?? "");
    await queue.hide(first?.receiptHandle ?? "", 0);
    expect(receiveIds()).toEqual([]);
    queue.acknowledge(second?.receiptHandle ?? "");
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it("never takes a receipt of a deleted message for that of a later one", async () => {
    await queue.send(wake(1));
    const [message] = queue.receive(10);
    queue.acknowledge(message?.receiptHandle ?? "");
    await queue.send(wake(2));
    expect(receiveIds()).toEqual([2]);
    queue.acknowledge(message?.receiptHandle ?? "");
    expect(queue.nextVisibleAt()).toBe(start + 90_000);
  });

  it.each([
    [0, 0],
    [20_000, 20_000],
    [0.4, 1],
    [-5, 0],
  ])("hides one message of a batch for %d ms, the others as before", async (wait, hidden) => {
    await queue.send(wake(1));
    await queue.send(wake(2));
    const [message] = queue.receive(10);
    await queue.hide(message?.receiptHandle ?? "", wait);
    clock.now = start + hidden;
    expect(receiveIds()).toEqual([1]);
  });

  it("sets a message aside, with the reason, that was received too often", async () => {
    queue = createQueue({ maxReceiveCount: 2 });
    await queue.send(wake(1), { groupId: "7" });
    for (const receives of [1, 2]) {
      const [message] = queue.receive(10);
      expect(message).toMatchObject({ receives });
      await queue.hide(message?.receiptHandle ?? "", 0);
    }
    expect(queue.receive(10)).toEqual([]);
    expect(queue.deadLetters()).toEqual([
      {
        body: '{"version":1,"kind":"wake","itemId":"run#1"}',
        groupId: "7",
        sentAt: start,
        reason: "received 2 times, never acknowledged",
      },
    ]);
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it("leaves with its receiver what was received for the last time", async () => {
    queue = createQueue({ maxReceiveCount: 1 });
    await queue.send(wake(1));
    const [message] = queue.receive(10);
    expect(queue.receive(10)).toEqual([]);
    queue.acknowledge(message?.receiptHandle ?? "");
    expect(queue.deadLetters()).toEqual([]);
  });

  it("sets aside a copy of what nobody can read", async () => {
    await queue.setAside({ body: "{", groupId: "7" }, "not JSON");
    await queue.setAside({ body: "[" }, "not an object");
    expect(queue.deadLetters()).toEqual([
      { body: "{", groupId: "7", sentAt: start, reason: "not JSON" },
      { body: "[", sentAt: start, reason: "not an object" },
    ]);
  });

  it("lets the groups take turns, whatever came first", async () => {
    for (let id = 1; id <= 40; id += 1) await queue.send(wake(id), { groupId: "busy" });
    await queue.send(wake(41), { groupId: "quiet" });
    await queue.send(wake(42));
    expect(receiveIds()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 41, 42]);
    await queue.send(wake(43), { groupId: "quiet" });
    await queue.send(wake(44), { groupId: "third" });
    expect(receiveIds(2)).toEqual([43, 44]);
    expect(receiveIds(2)).toEqual([9, 10]);
  });

  it("shows at once what a dead process had in hand, and nothing that waits", async () => {
    await queue.send(wake(1));
    await queue.send(wake(2));
    await queue.send(wake(3), { delaySeconds: 5 });
    const [failed] = queue.receive(10);
    await queue.hide(failed?.receiptHandle ?? "", 10_000);
    const reopened = createQueue();
    expect(receiveIds(10, reopened)).toEqual([]);
    reopened.returnInFlight();
    expect(receiveIds(10, reopened)).toEqual([2]);
  });

  it("tells whoever watches, until they stop, that there is something to do", async () => {
    let told = 0;
    const stop = queue.watch(() => {
      told += 1;
    });
    await queue.send(wake(1), { delaySeconds: 1 });
    expect(told).toBe(1);
    stop();
    await queue.send(wake(2));
    expect(told).toBe(1);
  });

  it("says that it did not store a message where it could not", async () => {
    const database = open();
    const broken = createSqliteQueue(database, { now: () => clock.now });
    database.exec("DROP TABLE message");
    await expect(broken.send(wake(1))).rejects.toThrow(QueueError);
    await expect(broken.send(wake(1))).rejects.toThrow(/^job queue did not store the message: /u);
  });

  it("gives up nothing when a reception fails in the middle", async () => {
    const database = open();
    const broken = createSqliteQueue(database, { now: () => clock.now, maxReceiveCount: 1 });
    await broken.send(wake(1));
    database.exec("DROP TABLE dead_letter");
    expect(() => broken.receive(10)).toThrow("no such table");
    expect(database.isTransaction).toBe(false);
  });
});
