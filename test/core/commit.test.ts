import { describe, expect, it } from "vitest";

import { commit, type Seen } from "../../functions/core/commit.ts";
import type { LedgerEvent } from "../../functions/core/decision.ts";
import type { ItemId, Ledger } from "../../functions/core/ledger.ts";
import {
  circumstances,
  jobEvent,
  launchedItem,
  launchEnded,
  launchingItem,
  runnerItem,
  runnerSpec,
  start,
} from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, readRunnerItem, store } from "./fakes.ts";

const cancelled = jobEvent({ action: "completed" });
const job = "job#4711-1";
const runner = "runner#tornade-4711-1-1";

async function commitTo(ledger: Ledger, event = cancelled, seen: Seen = new Map()) {
  return commit(event, { ledger, seen, circumstances: circumstances() });
}

/** The ledger, with somebody else writing an item just before our first write of it. */
function disturbed({ ledger }: FakeWorld, id: ItemId, disturb: () => Promise<void>): Ledger {
  let isFirst = true;
  return {
    ...ledger,
    write: async (item, version) => {
      if (item.id === id && isFirst) {
        isFirst = false;
        await disturb();
      }
      return ledger.write(item, version);
    },
  };
}

describe("commit", () => {
  it("writes what was decided, and remembers it", async () => {
    const world = createFakeWorld();
    const seen: Seen = new Map();
    const { writes } = await commitTo(world.ledger, jobEvent(), seen);
    expect(world.ledger.list()).toEqual(writes);
    expect(seen).toEqual(new Map([[job, { item: writes[0], version: 1 }]]));
  });

  it("keeps the row of a job small that is launched two thousand times in vain", async () => {
    const world = createFakeWorld();
    const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] });
    await store(world, launchingItem({ spec }));
    const sizes: number[] = [];
    const send = async (event: LedgerEvent) => {
      const { wakeAt: now = start } = readJobItem(world, job) ?? {};
      const around = circumstances({ now, capacityDeadline: Number.POSITIVE_INFINITY });
      await commit(event, { ...world, seen: new Map(), circumstances: around });
      sizes.push(JSON.stringify(readJobItem(world, job)).length);
    };
    const message = "not authorized to perform that ".repeat(30);
    for (let number = 1; number <= 2_000; number += 1) {
      await send(launchEnded({ kind: "denied", number, message }));
      if (readJobItem(world, job)?.status === "parked") await send({ kind: "wake", itemId: job });
    }
    expect(readJobItem(world, job)?.launches.at(-1)?.number).toBe(2_001);
    expect(Math.max(...sizes)).toBeLessThan(16 * 1_024);
  });

  it("reads the items that the event names, then those that these name", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const read: ItemId[] = [];
    await commitTo({
      ...world.ledger,
      read: async (id) => {
        read.push(id);
        return world.ledger.read(id);
      },
    });
    expect(read).toEqual([job, runner]);
  });

  it("writes in order, the job last, and stops at a write that is lost", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const tried: ItemId[] = [];
    const ledger = disturbed(world, runner, async () =>
      store(world, runnerItem({ serves: "5-1" })),
    );
    await commitTo({
      ...ledger,
      write: async (item, version) => {
        tried.push(item.id);
        return ledger.write(item, version);
      },
    });
    expect(tried).toEqual([runner, job]);
  });

  it("decides anew what somebody else changed meanwhile", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const ledger = disturbed(world, runner, async () =>
      store(world, runnerItem({ serves: "5-1" })),
    );
    const { actions } = await commitTo(ledger);
    expect(actions).toEqual([{ kind: "rebind", runnerName: "tornade-4711-1-1" }]);
    expect(readRunnerItem(world, runner)).toMatchObject({ serves: "5-1", owed: [] });
    expect(readJobItem(world, job)).toMatchObject({ status: "completed" });
  });

  it("comes to the same end when only the first of two items was written", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const other = launchedItem({ waits: 1 });
    const { actions } = await commitTo(disturbed(world, job, async () => store(world, other)));
    expect(actions).toMatchObject([{ kind: "retire", item: { id: runner } }]);
    expect(readRunnerItem(world, runner)).toMatchObject({ owed: ["deregister", "stop"] });
    expect(readJobItem(world, job)).toMatchObject({ status: "completed", waits: 1 });
  });

  it("replaces a lost runner even when its end was written and the job's row was not", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const stop = { runnerName: "tornade-4711-1-1", computeId: "task-1", at: start, reason: "died" };
    const { actions } = await commit(
      { kind: "runner-ended", end: { ...stop, interrupted: false } },
      {
        ledger: disturbed(world, job, async () => store(world, launchedItem({ waits: 1 }))),
        seen: new Map(),
        circumstances: circumstances(),
      },
    );
    expect(actions).toMatchObject([{ kind: "retire" }, { kind: "wake" }]);
    expect(readJobItem(world, job)).toMatchObject({ status: "parked", losses: 1 });
  });

  it("tells of everything that was written, in whichever round, and of what was there", async () => {
    const world = createFakeWorld();
    await store(world, launchedItem(), runnerItem());
    const other = launchedItem({ waits: 1 });
    const ledger = disturbed(world, job, async () => store(world, other));
    const { changes } = await commitTo(ledger);
    const [first, , last] = changes;
    expect(changes.map(({ after }) => after.id)).toEqual([runner, runner, job]);
    expect(first).toMatchObject({ before: runnerItem(), after: { owed: ["deregister", "stop"] } });
    expect(last).toMatchObject({ before: other, after: { status: "completed" } });
  });

  it("does not trust what it has seen once a write was lost", async () => {
    const world = createFakeWorld();
    await store(world, launchingItem({ lease: { owner: "them", until: start + 1 } }));
    const seen: Seen = new Map([[job, { version: 0 }]]);
    const { outcome } = await commitTo(world.ledger, jobEvent(), seen);
    expect(outcome).toBe("launch under way");
    expect(seen.size).toBe(0);
  });

  it("never overwrites an item that it has not read", async () => {
    const world = createFakeWorld();
    await store(world, runnerItem({ serves: "5-1" }));
    const mixedUp = launchingItem({ lease: { owner: "them", until: start } });
    const seen: Seen = new Map([["job#9-1", { item: mixedUp, version: 0 }]]);
    const ended = { kind: "started", number: 1, computeId: "task-9" } as const;
    const committing = commit(
      { kind: "launch-ended", jobKey: "9-1", report: ended },
      {
        ledger: { ...world.ledger, read: async () => ({ item: mixedUp, version: 0 }) },
        seen,
        circumstances: circumstances(),
      },
    );
    await expect(committing).rejects.toThrow("10 times in a row");
    expect(world.ledger.list()).toEqual([runnerItem({ serves: "5-1" })]);
  });

  it("gives up after ten rounds, so that the message comes again", async () => {
    const world = createFakeWorld();
    let tries = 0;
    const ledger: Ledger = {
      ...world.ledger,
      write: async () => {
        tries += 1;
        return false;
      },
    };
    await expect(commitTo(ledger, jobEvent())).rejects.toThrow(
      "an item was written by others 10 times in a row while deciding job",
    );
    expect(tries).toBe(10);
  });
});
