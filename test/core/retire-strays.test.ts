import { describe, expect, it } from "vitest";

import type { ListedCompute } from "../../functions/core/find-stray.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { retireStrays, type ListComputes } from "../../functions/core/retire-strays.ts";
import { strayAfter, strayTime } from "../../functions/core/waits.ts";
import { queuedJob, runnerItem, runningItem, start } from "./builders.ts";
import { createFakeWorld, store, readRunnerItem } from "./fakes.ts";

const minute = 60_000;

/** So many jobs that are over, with the runners that they had. */
function finished(count: number): readonly LedgerItem[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    const name = `tornade-${id}-1-1`;
    const done = { status: "completed", times: { completed: start - 10 * minute } } as const;
    return [
      runningItem({ job: queuedJob({ id }), runnerName: name, ...done }),
      runnerItem({ name, madeFor: `${id}-1`, serves: `${id}-1` }),
    ];
  }).flat();
}

function running(id: number, startedAt = start - 30 * minute): ListedCompute {
  const runnerName = `tornade-${id}-1-1`;
  return { runnerName, computeId: `task-${id}`, provider: "FARGATE", startedAt };
}

function listOf(...pages: readonly (readonly ListedCompute[])[]): ListComputes {
  return async function* list() {
    yield* pages;
  };
}

async function setUp() {
  const world = createFakeWorld();
  world.clock.now = start;
  await store(world, ...finished(3));
  const reads: string[] = [];
  const ledger = {
    ...world.ports.ledger,
    read: async (id: LedgerItem["id"]) => {
      reads.push(id);
      return world.ports.ledger.read(id);
    },
  };
  const { log, now, runnerPrefix, idleSeconds } = world.ports;
  const ports = { ledger, log, now, runnerPrefix, idleSeconds };
  const owed = () => [1, 2, 3].filter((id) => hasDebt(id));
  const hasDebt = (id: number) =>
    (readRunnerItem(world, `runner#tornade-${id}-1-1`)?.owed.length ?? 0) > 0;
  return { world, ports, reads, owed };
}

describe("retireStrays", () => {
  it("has those retired that go on without need", async () => {
    const { ports, owed } = await setUp();
    expect(await retireStrays(listOf([running(1)], [running(3)]), ports)).toBe(true);
    expect(owed()).toEqual([1, 3]);
  });

  it("reads nothing about what was just started, nor about what is not ours", async () => {
    const { ports, reads, owed } = await setUp();
    const young = running(1, start - strayAfter + 1);
    const foreign = { ...running(2), runnerName: "other-2-1-1" };
    await retireStrays(listOf([young, foreign]), ports);
    expect(reads).toEqual([]);
    expect(owed()).toEqual([]);
    await retireStrays(listOf([running(1, start - strayAfter)]), ports);
    expect(owed()).toEqual([1]);
  });

  it("looks at the others where one cannot be read", async () => {
    const { world, ports, owed } = await setUp();
    const read: typeof ports.ledger.read = async (id) => {
      if (id.includes("-2-")) throw new Error("throttled");
      return ports.ledger.read(id);
    };
    const page = [running(1), running(2), running(3)];
    const isDone = await retireStrays(listOf(page), {
      ...ports,
      ledger: { ...ports.ledger, read },
    });
    expect(isDone).toBe(false);
    expect(owed()).toEqual([1, 3]);
    expect(world.lines.map(({ message }) => message)).toContain("runner not looked at");
  });

  it("looks at the pages before one that is not listed, and tells of that", async () => {
    const { ports, owed } = await setUp();
    const list: ListComputes = async function* broken() {
      yield [running(1)];
      throw new Error("throttled");
    };
    await expect(retireStrays(list, ports)).rejects.toThrow("throttled");
    expect(owed()).toEqual([1]);
  });

  it("only tells of what is in no row", async () => {
    const { world, ports } = await setUp();
    await retireStrays(listOf([running(9)]), ports);
    const told = { runnerName: "tornade-9-1-1", computeId: "task-9" };
    expect(world.lines).toContainEqual({
      level: "warn",
      message: "runner is unknown to the ledger",
      fields: told,
    });
    expect(readRunnerItem(world, "runner#tornade-9-1-1")).toBeUndefined();
  });

  it("goes by the job that a runner has, whoever it was made for", async () => {
    const { world, ports, owed } = await setUp();
    const job = runningItem({ job: queuedJob({ id: 5 }), runnerName: "tornade-1-1-1" });
    await store(world, job, runnerItem({ name: "tornade-1-1-1", madeFor: "1-1", serves: "5-1" }));
    await retireStrays(listOf([running(1)]), ports);
    expect(owed()).toEqual([]);
  });

  it("leaves it to somebody who wrote meanwhile", async () => {
    const { ports, owed } = await setUp();
    const write = async () => false;
    const raced = { ...ports, ledger: { ...ports.ledger, write } };
    expect(await retireStrays(listOf([running(1)]), raced)).toBe(false);
    expect(owed()).toEqual([]);
  });

  it("looks at no further page once it has taken long", async () => {
    const { world, ports, owed } = await setUp();
    const list: ListComputes = async function* slow() {
      for (const id of [1, 2, 3]) {
        world.clock.now += strayTime / 2;
        yield [running(id)];
      }
    };
    await retireStrays(list, ports);
    expect(owed()).toEqual([1, 2]);
  });
});
