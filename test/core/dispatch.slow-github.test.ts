import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import type { LedgerEvent } from "../../functions/core/decision.ts";
import type { JobItem } from "../../functions/core/ledger.ts";
import { jobItem, launchOf, start } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem, store } from "./fakes.ts";

const minute = 60_000;
const job = "job#4711-1";
const wake: LedgerEvent = { kind: "wake", itemId: job };
const lost: Partial<JobItem> = {
  doubtful: true,
  losses: 1,
  launches: [launchOf(1, { outcome: "ended", endedAt: start + 6 * minute })],
};

// Each answer comes in time, and together they take longer than a launch can wait for.
function slowDown({ clock, faults }: FakeWorld, methods: readonly string[], delay: number): void {
  for (const method of methods) {
    const answers = Array.from({ length: 1_000 }, () => () => {
      clock.now += delay;
    });
    faults.set(method, answers);
  }
}

/** Sees to the job whenever it is due, for half an hour; what was called outside for it. */
async function follow(world: FakeWorld): Promise<readonly string[]> {
  const until = world.clock.now + 30 * minute;
  while (world.clock.now < until) {
    const { status, wakeAt = until } = readJobItem(world, job) ?? {};
    if (status !== "parked") break;
    world.clock.now = Math.max(world.clock.now, wakeAt);
    await dispatch(wake, world.ports);
  }
  return world.calls
    .filter((call) => !call.startsWith("send"))
    .map((call) => call.split(" ", 1).join(""));
}

describe("dispatch while GitHub is slow", () => {
  it("starts a runner in the invocation after the one that asked about the job", async () => {
    const world = createFakeWorld();
    await store(world, jobItem(lost));
    slowDown(world, ["readJob", "hasRunningSibling"], 2_600);
    expect(await follow(world)).toEqual(["readJob", "hasRunningSibling", "register", "launch"]);
  });

  it("starts one in the end though there is never time to look for what it has lost", async () => {
    const world = createFakeWorld();
    await store(world, jobItem({ ...lost, losses: 2, waits: 5 }));
    slowDown(world, ["readJob"], 5_200);
    expect(await follow(world)).toEqual(["readJob", "register", "launch"]);
  });

  it("starts one for a job that was released, without asking again", async () => {
    const world = createFakeWorld();
    await store(world, jobItem({ doubtful: true, heldAt: start - 60 * minute }));
    slowDown(world, ["readJob"], 5_200);
    expect(await follow(world)).toEqual(["readJob", "register", "launch"]);
  });
});
