import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import { endUnknown } from "../../functions/core/not-found.ts";
import { notFoundWait, overdueAfter, runningCheckAfter } from "../../functions/core/waits.ts";
import { jobEvent, queuedJob } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem } from "./fakes.ts";

const job = "job#4711-1";
const closed = { status: "completed", reason: endUnknown };

async function wakeAfter(world: FakeWorld, milliseconds: number): Promise<void> {
  world.clock.now += milliseconds;
  await dispatch({ kind: "wake", itemId: job }, world.ports);
}

async function hearAfter(world: FakeWorld, milliseconds: number): Promise<void> {
  world.clock.now += milliseconds;
  await dispatch(jobEvent({ receivedAt: world.clock.now }), world.ports);
}

/** A job that was launched, and that GitHub does not find any more. */
async function createLost(): Promise<FakeWorld> {
  const world = createFakeWorld();
  await dispatch(jobEvent(), world.ports);
  world.states.set(4711, { status: "gone" });
  await wakeAfter(world, overdueAfter);
  await wakeAfter(world, notFoundWait);
  return world;
}

describe("dispatch of a job that GitHub does not find twice", () => {
  it("retires its runner, and does nothing about what was told before", async () => {
    const world = await createLost();
    expect(world.computes).toMatchObject([{ alive: false }]);
    const item = readJobItem(world, job);
    expect(item).toMatchObject(closed);
    await dispatch(jobEvent(), world.ports);
    expect(readJobItem(world, job)).toEqual(item);
  });

  it("gives it another one when GitHub finds it again", async () => {
    const world = await createLost();
    world.states.set(4711, { status: "queued" });
    await hearAfter(world, 60_000);
    await wakeAfter(world, 0);
    expect(readJobItem(world, job)?.status).toBe("launched");
    expect(world.computes).toMatchObject([{ alive: false }, { alive: true }]);
  });

  it("begins all its time anew, under the name that its repository has now", async () => {
    const world = await createLost();
    const known = queuedJob();
    const repository = { ...known.repository, fullName: "acme/new" };
    world.clock.now += 7_200_000;
    const { now } = world.clock;
    const found = { job: { ...known, repository }, happenedAt: now, receivedAt: now };
    await dispatch(jobEvent(found), world.ports);
    const item = readJobItem(world, job);
    expect(item?.job.repository.fullName).toBe("acme/new");
    expect(item?.times).toMatchObject({ received: now });
    expect(item?.times).not.toHaveProperty("tried");
  });

  it("leaves one closed that had begun", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent(), world.ports);
    await dispatch(
      jobEvent({ action: "in_progress", runnerName: "tornade-4711-1-1" }),
      world.ports,
    );
    world.states.set(4711, { status: "gone" });
    await wakeAfter(world, runningCheckAfter);
    await wakeAfter(world, notFoundWait);
    expect(readJobItem(world, job)).toMatchObject(closed);
    await hearAfter(world, 60_000);
    expect(readJobItem(world, job)).toMatchObject(closed);
  });

  it("closes it again where GitHub was only late to tell of it", async () => {
    const world = await createLost();
    await hearAfter(world, 60_000);
    await wakeAfter(world, 0);
    await wakeAfter(world, notFoundWait);
    expect(readJobItem(world, job)).toMatchObject(closed);
    expect(world.computes).toHaveLength(1);
  });
});
