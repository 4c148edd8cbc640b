import { describe, expect, it } from "vitest";

import { createFollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import { stateChangeFields } from "../../functions/core/state-change.ts";
import type { EventBridgeEvent } from "../../simulator/aws/events.ts";
import { transformInput } from "../../simulator/aws/input-transformer.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { listBuilds, listTasks } from "../support/machines.ts";
import {
  countCalls,
  createTestWorld,
  readJobItem,
  readRunnerItems,
  type TestWorld,
} from "../support/test-world.ts";

/** Follow-runner beside the world's own, and every event the world's services emitted. */
async function startFollower(world: TestWorld) {
  const events: EventBridgeEvent[] = [];
  world.aws.events.subscribe((event) => {
    events.push(event);
  });
  const followRunner = await createFollowRunner(world.surroundings);
  return { events, followRunner };
}

/** An event as the rule's input transformer hands it on. */
function reduce(event: EventBridgeEvent): unknown {
  const fields = Object.entries(stateChangeFields).find(([type]) => type === event["detail-type"]);
  return transformInput(event, fields?.[1] ?? {});
}

function raw(event: EventBridgeEvent): unknown {
  return event;
}

async function failStart(world: TestWorld): Promise<void> {
  for (const { taskArn = "" } of await listTasks(world)) {
    world.aws.ecs.failStart(taskArn, "CannotPullContainerError: no such image");
  }
}

async function stopBuild(world: TestWorld, id: string): Promise<void> {
  await world.aws.handle({
    method: "POST",
    path: "/",
    headers: { "x-amz-target": "CodeBuild_20161006.StopBuild" },
    body: JSON.stringify({ id }),
  });
}

describe("createFollowRunner", () => {
  it("has a runner that died before its job replaced within 90 s", async () => {
    const world = await createTestWorld();
    const job = world.queueJob();
    await world.pass(8);
    await failStart(world);
    const diedAt = world.timeline.now();
    await world.pass(20);
    const launches = world.calls.filter(({ name }) => name === "RunTask");
    expect(launches).toHaveLength(2);
    expect((launches[1]?.at ?? 0) - diedAt).toBeLessThanOrEqual(90_000);
    await world.pass(300);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect(world.gitHub.runners()).toEqual([]);
    expect((await readJobItem(world, job)).losses).toBe(1);
  });

  it("has every one of five lost runners replaced, then fails the job in its own log", async () => {
    const world = await createTestWorld();
    world.queueJob();
    const launches = () => countCalls(world, ["RunTask"])["RunTask"] ?? 0;
    for (let second = 0; second < 600 && launches() <= 6; second += 5) {
      await failStart(world);
      await world.pass(5);
    }
    await world.pass(300);
    const [job] = world.gitHub.jobs();
    expect(job).toMatchObject({ conclusion: "failure" });
    expect(job?.annotations.join("")).toMatch(
      /^tornade: 6 runners in a row ended .*CannotPullContainerError: no such image/u,
    );
    expect(launches()).toBe(7);
    expect(world.gitHub.runners()).toEqual([]);
  });

  it("gives the job up, with a line in the log, when those that would tell it are lost as well", async () => {
    const world = await createTestWorld();
    const job = world.queueJob();
    for (let second = 0; second < 900; second += 5) {
      await world.pass(5);
      await failStart(world);
      for (const id of await listBuilds(world)) await stopBuild(world, id);
    }
    const item = await readJobItem(world, job);
    expect(item).toMatchObject({ status: "failed", losses: 9, owed: [] });
    expect(countCalls(world, ["RunTask", "StartBuild"])).toEqual({ RunTask: 7, StartBuild: 2 });
    expect(world.lines.filter((line) => line.includes('"message":"job given up"'))).toHaveLength(1);
    expect(world.gitHub.runners()).toEqual([]);
  });

  it.each(["SpotInterruption", "TerminationNotice"] as const)(
    "has a runner that a %s took before its job replaced one rung down",
    async (stopCode) => {
      const world = await createTestWorld();
      world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT"] });
      await world.pass(10);
      const [task] = await listTasks(world);
      world.aws.ecs.interruptSpot(task?.taskArn ?? "", stopCode);
      await world.pass(30);
      expect(await listTasks(world)).toMatchObject([{ capacityProviderName: "FARGATE" }]);
      expect(await readRunnerItems(world)).toContainEqual(
        expect.objectContaining({ computeId: task?.taskArn, interrupted: true }),
      );
      await world.pass(300);
      expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    },
  );

  it("has a build that died before its job replaced", async () => {
    const world = await createTestWorld({ runner: { bootMilliseconds: 1e9 } });
    world.queueJob({ labels: ["tornade", "runs-on=CODEBUILD"] });
    await world.pass(10);
    const [id = ""] = await listBuilds(world);
    await stopBuild(world, id);
    await world.pass(20);
    expect(countCalls(world, ["StartBuild", "DELETE runners"])).toEqual({
      StartBuild: 2,
      "DELETE runners": 1,
    });
    expect(await listBuilds(world)).toHaveLength(1);
  });

  it("tells why it failed, and has the state change come again", async () => {
    const world = await createTestWorld();
    const { events, followRunner } = await startFollower(world);
    world.queueJob();
    await world.pass(8);
    await failStart(world);
    await world.pass(30);
    world.outside.intercept = async (call, next) =>
      call === "GetItem"
        ? jsonResponse(400, { __type: "ResourceNotFoundException", message: "no such table" })
        : next();
    world.lines.length = 0;
    const stopped = events.filter(({ detail }) => detail["lastStatus"] === "STOPPED");
    expect(stopped).toHaveLength(1);
    for (const event of stopped) {
      await expect(followRunner(reduce(event))).rejects.toThrow("no such table");
    }
    await expect(followRunner({ detail: {} })).rejects.toThrow("detail-type");

    const [first, last, ...others] = world.lines.filter((line) => line.includes("not followed"));
    expect(first).toMatch(/"level":"error","message":"state change not followed".*no such table/u);
    expect(last).toMatch(/"level":"error".*detail-type/u);
    expect(others).toEqual([]);
  });

  it.each([
    ["raw", raw],
    ["reduced", reduce],
  ])("takes every %s event again and in any order for what it is", async (_form, toEvent) => {
    const world = await createTestWorld();
    const { events, followRunner } = await startFollower(world);
    const job = world.queueJob();
    await world.pass(8);
    await failStart(world);
    await world.pass(300);
    const before = [await readJobItem(world, job), await readRunnerItems(world)];
    for (const event of [...events, ...events].toReversed()) await followRunner(toEvent(event));
    await world.pass(60);
    expect([await readJobItem(world, job), await readRunnerItems(world)]).toEqual(before);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });

  it("replaces a runner whose end is told before its launch is recorded", async () => {
    const world = await createTestWorld();
    const recorded = Promise.withResolvers<undefined>();
    let writes = 0;
    world.outside.intercept = async (call, next) => {
      // The second write of launch-runner, the first after RunTask, is held up.
      if (call === "PutItem" && (writes += 1) === 2) await recorded.promise;
      return next();
    };
    world.queueJob();
    await world.pass(1);
    await failStart(world);
    await world.pass(12);
    recorded.resolve(undefined);
    await world.pass(5);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
    await world.pass(300);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect([...world.gitHub.runners(), ...(await listTasks(world))]).toEqual([]);
  });

  it("ignores what is not the end of one of its runners", async () => {
    const world = await createTestWorld();
    const { followRunner } = await startFollower(world);
    const detail = { taskArn: "arn:aws:ecs:eu-west-1:1:task/tornade/1", lastStatus: "STOPPED" };
    const task = { "detail-type": "ECS Task State Change", time: "2026-11-21T12:00:00Z" };
    world.calls.length = 0;
    await followRunner({ ...task, detail: { ...detail, startedBy: "ecs-svc/123" } });
    await followRunner({ ...task, detail });
    await followRunner({ ...task, detail: { ...detail, startedBy: "t", lastStatus: "RUNNING" } });
    expect(world.calls).toEqual([]);
  });

  it.each([
    ["nothing", undefined, "event should be an object"],
    ["another event", { "detail-type": "x", detail: {} }, "detail-type should be one of"],
    ["no detail", { "detail-type": "ECS Task State Change" }, "detail should be an object"],
    [
      "a stop of nothing",
      { "detail-type": "ECS Task State Change", detail: { lastStatus: "STOPPED" } },
      "detail.taskArn should be text",
    ],
  ])("rejects %s, and serves what comes next", async (_what, event, message) => {
    const world = await createTestWorld();
    const { followRunner, events } = await startFollower(world);
    await expect(followRunner(event)).rejects.toThrow(message);
    world.queueJob();
    await world.pass(8);
    await failStart(world);
    await world.pass(20);
    await expect(Promise.all(events.map(followRunner))).resolves.toBeDefined();
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
  });

  it("has an event come again while the ledger is throttled", async () => {
    const world = await createTestWorld();
    world.queueJob();
    await world.pass(8);
    world.outside.intercept = async (call, next) =>
      call.endsWith("Item")
        ? jsonResponse(400, { __type: "ThrottlingException", message: "Rate exceeded" })
        : next();
    await failStart(world);
    await world.pass(14);
    world.outside.intercept = async (_call, next) => next();
    await world.pass(90);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
    await world.pass(300);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });
});
