import { describe, expect, it } from "vitest";

import { dispatch } from "../../functions/core/dispatch.ts";
import { jobEvent, runnerSpec, toLaunch } from "./builders.ts";
import { createFakeWorld, type FakeWorld, readJobItem } from "./fakes.ts";

const noAddress =
  "TaskFailedToStart: Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1'";
const noImage = "TaskFailedToStart: CannotPullContainerError: i/o timeout";
const minute = 60_000;
const itemId = "job#4711-1";
const onAll = toLaunch({ rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] });
const onOne = toLaunch({ rungs: ["FARGATE"] });

/** The newest runner comes to nothing, after 15 seconds. */
async function end(world: FakeWorld, reason: string, interrupted = false): Promise<void> {
  const { runnerName = "" } = world.requests.at(-1) ?? {};
  world.clock.now += 15_000;
  for (const one of world.computes) one.alive = false;
  const { now: at } = world.clock;
  const told = { runnerName, computeId: "x", at, reason, interrupted };
  await dispatch({ kind: "runner-ended", end: told }, world.ports);
}

/** The item's time has come. @returns how long it has waited, in milliseconds */
async function wake(world: FakeWorld): Promise<number> {
  const { wakeAt = 0 } = readJobItem(world, itemId) ?? {};
  const waited = wakeAt - world.clock.now;
  world.clock.now = Math.max(world.clock.now, wakeAt);
  await dispatch({ kind: "wake", itemId }, world.ports);
  return waited;
}

function providersOf({ requests }: FakeWorld) {
  return requests.map(({ provider }) => provider);
}

describe("dispatch of runners that never come up", () => {
  it.each([noAddress, noImage])("goes on to the next rung: %s", async (reason) => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, onAll), world.ports);
    for (let time = 0; time < 3; time += 1) {
      await end(world, reason);
      await wake(world);
    }
    expect(providersOf(world)).toEqual(["FARGATE_SPOT", "FARGATE", "CODEBUILD", "FARGATE_SPOT"]);
  });

  it("waits ever longer where there is no room on any rung, and refuses after an hour", async () => {
    const world = createFakeWorld();
    const ports = { ...world.ports, random: () => 0.5 };
    const withPorts = { ...world, ports };
    await dispatch(jobEvent({}, onOne), ports);
    const waits: number[] = [];
    while (readJobItem(world, itemId)?.refusal === undefined) {
      await end(withPorts, noAddress);
      waits.push(await wake(withPorts));
    }
    expect(waits.slice(0, 7)).toEqual([6, 11, 21, 41, 81, 151, 151].map((wait) => wait * 1_000));
    // docs/reliability.md says how much that costs.
    expect(world.requests.length).toBeLessThan(30);
    const asked = world.calls.filter((call) => /^(?:register|remove|find|readJob) /u.test(call));
    expect(asked.length).toBeGreaterThan(world.requests.length);
    expect(asked.length).toBeLessThan(90);
    expect(readJobItem(world, itemId)?.losses).toBe(0);
    expect(readJobItem(world, itemId)?.refusal).toMatch(
      /^no runner could be started in 6\d min: FARGATE: TaskFailedToStart: Unexpected EC2 .* Network Interface.*; ask for a smaller size/u,
    );
  });

  it("gives a refused job ten minutes of its own", async () => {
    const world = createFakeWorld();
    const refused = { kind: "refuse", reason: "no such label", spec: runnerSpec() } as const;
    await dispatch(jobEvent({}, refused), world.ports);
    const begin = world.clock.now;
    while (readJobItem(world, itemId)?.status !== "failed") {
      await end(world, noAddress);
      await wake(world);
    }
    expect(world.clock.now - begin).toBeGreaterThan(10 * minute);
    expect(world.clock.now - begin).toBeLessThan(16 * minute);
  });

  it("waits as long where the last rung has no room either, and says so at once", async () => {
    const world = createFakeWorld();
    const ports = { ...world.ports, random: () => 0.5 };
    const two = toLaunch({ rungs: ["FARGATE", "CODEBUILD"] });
    const none = { kind: "quota", message: "Cannot have more than 1 builds" } as const;
    world.outcomes.set(
      "CODEBUILD",
      Array.from({ length: 99 }, () => none),
    );
    await dispatch(jobEvent({}, two), ports);
    let tries = 0;
    for (; readJobItem(world, itemId)?.refusal === undefined; tries += 1) {
      if (readJobItem(world, itemId)?.status === "launched")
        await end({ ...world, ports }, noAddress);
      await wake({ ...world, ports });
    }
    expect(tries).toBeLessThan(60);
  });

  it("asks GitHub before a runner comes that tells of the refusal", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, onOne), world.ports);
    await end(world, noAddress);
    while (readJobItem(world, itemId)?.refusal === undefined) {
      await wake(world);
      await end(world, noAddress);
    }
    expect(readJobItem(world, itemId)?.doubtful).toBe(true);
  });

  it("goes to the first rung after one below the last, where an interruption led", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, toLaunch({ rungs: ["CODEBUILD", "FARGATE_SPOT"] })), world.ports);
    await end(world, "build ended as FAILED");
    await wake(world);
    await end(world, "SpotInterruption", true);
    await wake(world);
    await end(world, noImage);
    await wake(world);
    expect(providersOf(world)).toEqual(["CODEBUILD", "FARGATE_SPOT", "FARGATE_SPOT", "CODEBUILD"]);
  });

  it("takes a want of room that is long over for another one", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, onOne), world.ports);
    await end(world, noAddress);
    await wake(world);
    world.clock.now += 70 * minute;
    await end(world, noAddress);
    expect(readJobItem(world, itemId)).toMatchObject({
      status: "parked",
      unplaced: { since: world.clock.now, last: world.clock.now, count: 1 },
    });
  });

  it("forgets it with a runner that is lost for another reason", async () => {
    const world = createFakeWorld();
    await dispatch(jobEvent({}, onOne), world.ports);
    await end(world, noAddress);
    await wake(world);
    await end(world, noImage);
    expect(readJobItem(world, itemId)).toMatchObject({ losses: 1 });
    expect(readJobItem(world, itemId)).not.toHaveProperty("unplaced");
  });
});
