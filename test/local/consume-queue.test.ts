import type { SQSEvent } from "aws-lambda";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { type Consumer, consumeQueue } from "../../local/consume-queue.ts";
import { openDatabase } from "../../local/database.ts";
import { createSqliteQueue, type SqliteQueue } from "../../local/sqlite-queue.ts";
import { createVirtualTimeline, type VirtualTimeline } from "../../simulator/virtual-timeline.ts";
import { start } from "../core/builders.ts";
import { createDatabasePath } from "./database-path.ts";

/** What became of the batches: their messages' numbers, and when they came. */
type Batch = { readonly numbers: readonly number[]; readonly at: number };

let timeline: VirtualTimeline;
let queue: SqliteQueue;
let database: ReturnType<typeof openDatabase>;
let batches: Batch[];
let lines: string[];

beforeEach(() => {
  timeline = createVirtualTimeline(start);
  database = openDatabase(createDatabasePath());
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  queue = createSqliteQueue(database, { now: () => timeline.now() });
  batches = [];
  lines = [];
});

function consume(invoke: (event: SQSEvent) => Promise<unknown> = async () => undefined): Consumer {
  return consumeQueue({
    queue,
    timeline,
    log: createJsonLog((line) => lines.push(line)),
    invoke: async (event) => {
      const numbers = event.Records.map(({ body }) => Number(/run#(\d+)/u.exec(body)?.[1]));
      batches.push({ numbers, at: timeline.now() - start });
      return invoke(event);
    },
  });
}

async function send(count: number, delaySeconds = 0): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    const itemId = `run#${number}` as const;
    await queue.send({ version: 1, kind: "wake", itemId }, { delaySeconds });
  }
}

describe("consumeQueue", () => {
  it("hands over what was sent together at once, ten in a batch, each as Lambda would", async () => {
    const records: SQSEvent["Records"] = [];
    consume(async ({ Records }) => {
      records.push(...Records);
    });
    await send(12);
    await timeline.advance(0);

    expect(batches).toEqual([
      { numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], at: 0 },
      { numbers: [11, 12], at: 0 },
    ]);
    expect(records[0]).toMatchObject({
      messageId: "1",
      receiptHandle: "1.1",
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(start) },
      eventSource: "aws:sqs",
    });
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it("hands a delayed message over when it is due, not a look later", async () => {
    consume();
    await send(1, 7);
    await timeline.advance(10_000);
    expect(batches).toEqual([{ numbers: [1], at: 7_000 }]);
  });

  it("brings back what failed, alone, when the function wants it back", async () => {
    let isFailing = true;
    consume(async ({ Records: [first] }) => {
      if (!isFailing || first === undefined) return { batchItemFailures: [] };
      isFailing = false;
      await queue.hide(first.receiptHandle, 3_000);
      return { batchItemFailures: [{ itemIdentifier: first.messageId }] };
    });
    await send(2);
    await timeline.advance(10_000);
    expect(batches).toEqual([
      { numbers: [1, 2], at: 0 },
      { numbers: [1], at: 3_000 },
    ]);
    expect(queue.nextVisibleAt()).toBeUndefined();
  });

  it.each([
    ["rejects", async () => Promise.reject(new Error("out of luck"))],
    ["names a message that it was not given", async () => toFailures("99")],
  ])("brings all back after the visibility timeout when the function %s", async (_what, fail) => {
    let isFailing = true;
    consume(async () => {
      if (!isFailing) return undefined;
      isFailing = false;
      return fail();
    });
    await send(2);
    await timeline.advance(91_000);
    expect(batches).toEqual([
      { numbers: [1, 2], at: 0 },
      { numbers: [1, 2], at: 90_000 },
    ]);
  });

  it("begins ten batches at a time, and the next one as soon as one has ended", async () => {
    const waiting: (() => void)[] = [];
    consume(
      async () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
        }),
    );
    await send(101);
    await timeline.advance(5_000);
    expect(batches).toHaveLength(10);
    waiting[0]?.();
    await timeline.advance(0);
    expect(batches).toHaveLength(11);
  });

  it("takes at once what a killed process had in hand", async () => {
    await send(1);
    queue.receive(10);
    consume();
    await timeline.advance(0);
    expect(batches).toEqual([{ numbers: [1], at: 0 }]);
  });

  it("finds what another process has put in", async () => {
    consume();
    await timeline.advance(2_500);
    database.exec(
      `INSERT INTO message (body, sent_at, visible_at) VALUES ('run#5', ${start}, ${start})`,
    );
    await timeline.advance(1_000);
    expect(batches).toEqual([{ numbers: [5], at: 3_000 }]);
  });

  it("says that the queue cannot be read, and goes on trying", async () => {
    consume();
    await timeline.advance(0);
    database.exec("ALTER TABLE message RENAME TO elsewhere");
    await timeline.advance(1_000);
    expect(lines.join("")).toContain('"message":"queue not read"');
    database.exec("ALTER TABLE elsewhere RENAME TO message");
    await send(1);
    await timeline.advance(1_000);
    expect(batches).toHaveLength(1);
  });

  it("stops taking messages, and waits for the batches that run", async () => {
    const waiting: (() => void)[] = [];
    const consumer = consume(
      async () =>
        new Promise<void>((resolve) => {
          waiting.push(resolve);
        }),
    );
    await send(1);
    await timeline.advance(0);
    let isStopped = false;
    const stopping = consumer.stop().then(() => {
      isStopped = true;
    });
    await send(1);
    await timeline.advance(1_000);
    expect({ isStopped, batches: batches.length }).toEqual({ isStopped: false, batches: 1 });
    waiting[0]?.();
    await stopping;
    expect(queue.nextVisibleAt()).toBe(start);
  });
});

function toFailures(itemIdentifier: string) {
  return { batchItemFailures: [{ itemIdentifier }] };
}
