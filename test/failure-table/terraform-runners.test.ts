import { describe, expect, it } from "vitest";

import { listTasks } from "../support/machines.ts";
import {
  countCalls,
  createTestWorld,
  readJobItem,
  repository,
  type TestWorld,
} from "../support/test-world.ts";
import { conclusionsOf, readLeftovers } from "./stage.ts";

const spot = ["tornade", "runs-on=FARGATE_SPOT"];

/** Takes the capacity of every Spot task away at the same moment. */
async function interruptAll(world: TestWorld): Promise<number> {
  const tasks = await listTasks(world);
  for (const { taskArn = "" } of tasks) world.aws.ecs.interruptSpot(taskArn);
  return tasks.length;
}

/** Until when, after a start, the runner of the only job was still there. */
async function secondsUntilGone(world: TestWorld, most: number): Promise<number> {
  for (let seconds = 0; seconds <= most; seconds += 1) {
    if ((await listTasks(world)).length === 0 && world.gitHub.runners().length === 0)
      return seconds;
    await world.pass(1);
  }
  return Number.POSITIVE_INFINITY;
}

// What becomes of its runners; ours are tasks and builds instead of virtual machines.
describe("where terraform-aws-github-runner fails: the runners", () => {
  it("of runners that are all evicted at once, each is replaced, and not on Spot again", async () => {
    const world = await createTestWorld();
    for (let job = 1; job <= 5; job += 1) world.queueJob({ labels: [...spot, `job=${job}`] });
    await world.pass(5);
    expect(await interruptAll(world)).toBe(5);
    await world.pass(60);
    const providers = (await listTasks(world)).map((task) => task.capacityProviderName);
    expect(providers).toEqual(Array.from({ length: 5 }, () => "FARGATE"));
    await world.pass(300);
    expect(conclusionsOf(world)).toEqual(Array.from({ length: 5 }, () => "success"));
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a runner that is evicted with its job is deregistered once and not for ever", async () => {
    const world = await createTestWorld();
    const job = world.queueJob({ labels: spot, durationMilliseconds: 600_000 });
    await world.pass(90);
    expect(world.gitHub.findJob(job.id)).toMatchObject({ status: "in_progress" });
    await interruptAll(world);
    await world.pass(3_600);
    expect(await readJobItem(world, job)).toMatchObject({ status: "completed" });
    expect(countCalls(world, ["DELETE runners"])["DELETE runners"]).toBeLessThanOrEqual(2);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a job that is evicted in its midst runs again, on demand, where its repository wants that", async () => {
    const world = await createTestWorld({
      env: { TORNADE_RERUN_REPOSITORIES: repository },
      gitHub: { events: ["workflow_job", "workflow_run"] },
    });
    world.queueJob({ labels: spot, durationMilliseconds: 300_000 });
    await world.pass(90);
    expect(await interruptAll(world)).toBe(1);
    await world.pass(900);
    expect(conclusionsOf(world)).toEqual(["failure", "success"]);
    const [, again] = world.calls.filter(({ name }) => name === "RunTask");
    expect(again?.request.body).toContain('"capacityProvider":"FARGATE"');
    expect(await readLeftovers(world)).toEqual([]);
  });

  it.each([
    ["boots", 5],
    ["is about to take it", 14],
  ])(
    "the runner of a job that is cancelled while it %s is gone within 5 s",
    async (_what, after) => {
      const world = await createTestWorld({ runner: { bootMilliseconds: 20_000 } });
      const job = world.queueJob();
      await world.pass(after);
      expect(await listTasks(world)).toHaveLength(1);
      world.gitHub.cancelJob(job.id);
      expect(await secondsUntilGone(world, 60)).toBeLessThanOrEqual(5);
    },
  );

  it("a runner whose job somebody else took is gone in minutes, whatever it still waits for", async () => {
    const world = await createTestWorld();
    const job = world.queueJob({ durationMilliseconds: 3_600_000 });
    await world.pass(5);
    world.gitHub.stealJob(job.id);
    expect(await secondsUntilGone(world, 600)).toBeLessThanOrEqual(60);
  });

  it("a runner that boots for four minutes is not killed before its job", async () => {
    const world = await createTestWorld({ runner: { bootMilliseconds: 240_000 } });
    world.queueJob();
    await world.pass(400);
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(countCalls(world, ["RunTask", "StopTask", "DELETE runners"])).toEqual({
      RunTask: 1,
      StopTask: 0,
      "DELETE runners": 0,
    });
  });

  it("a runner that takes a job while it is being removed is left alone", async () => {
    const world = await createTestWorld({ runner: { bootMilliseconds: 20_000 } });
    const cancelled = world.queueJob();
    const isBusy = Promise.withResolvers<undefined>();
    world.outside.intercept = async (call, next) => {
      if (call === "DELETE runners") await isBusy.promise;
      return next();
    };
    await world.pass(25);
    world.gitHub.cancelJob(cancelled.id);
    await world.pass(1);
    const taken = world.queueJob({ durationMilliseconds: 300_000 });
    await world.pass(30);
    const runner = world.gitHub.runners().find(({ jobId }) => jobId === taken.id);
    expect(runner?.name).toBe(`tornade-${cancelled.id}-1-1`);
    isBusy.resolve(undefined);
    await world.pass(600);
    expect(world.gitHub.findJob(taken.id)).toMatchObject({ conclusion: "success" });
    expect(world.gitHub.findJob(taken.id)?.runner?.name).toBe(runner?.name);
    expect(await readLeftovers(world)).toEqual([]);
  });
});
