import { describe, expect, it } from "vitest";

import { jsonResponse } from "../../simulator/wire.ts";
import { listTasks } from "../support/machines.ts";
import { countCalls, createTestWorld, readJobItem, start } from "../support/test-world.ts";
import {
  answerInstead,
  awsError,
  conclusionsOf,
  createFlakyWorld,
  readLeftovers,
} from "./stage.ts";

// Each test is a row of a table of what cdk-github-runners does when something goes wrong.
describe("where cdk-github-runners fails: the runners", () => {
  it("a launch that is throttled is tried again with the token at hand", async () => {
    const world = await createTestWorld();
    answerInstead(world, "RunTask", () =>
      world.timeline.now() < start + 300_000 ? awsError("ThrottlingException") : undefined,
    );
    world.queueJob();
    await world.pass(900);
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(countCalls(world, ["RunTask"])["RunTask"]).toBeGreaterThan(3);
    const tokens = world.calls.filter(
      ({ name, request: { body } }) => name === "POST access_tokens" && body.includes("runners"),
    );
    expect(tokens).toHaveLength(1);
  });

  it("Spot without capacity falls back to on-demand, although nobody declared that", async () => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE_SPOT", 0);
    world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT"] });
    await world.pass(5);
    expect(await listTasks(world)).toMatchObject([{ capacityProviderName: "FARGATE" }]);
  });

  it("a job that died with its Spot runner gets no other runner: it is over", async () => {
    const world = await createTestWorld();
    world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT"], durationMilliseconds: 600_000 });
    await world.pass(90);
    const [task] = await listTasks(world);
    world.aws.ecs.interruptSpot(task?.taskArn ?? "");
    await world.pass(1_800);
    expect(conclusionsOf(world)).toEqual(["failure"]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a job that is cancelled before it starts costs seconds of a runner, not ten minutes", async () => {
    const world = await createTestWorld({ runner: { bootMilliseconds: 60_000 } });
    const job = world.queueJob();
    await world.pass(30);
    world.gitHub.cancelJob(job.id);
    await world.pass(5);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("runners that never register are replaced a few times, then the job is given up, told, and nothing runs on", async () => {
    const world = await createTestWorld();
    const job = world.queueJob();
    for (let minutes = 0; minutes < 120; minutes += 0.5) {
      await world.pass(30);
      for (const { taskArn = "" } of await listTasks(world)) world.aws.ecs.stallStart(taskArn);
    }
    expect((await readJobItem(world, job)).reason).toBeDefined();
    expect(["failed", "refused"]).toContain((await readJobItem(world, job)).status);
    expect(countCalls(world, ["RunTask"])["RunTask"]).toBeLessThanOrEqual(10);
    expect(await listTasks(world)).toEqual([]);
  });

  it("a registration that cannot be removed now is removed later", async () => {
    const world = await createTestWorld();
    const mend = answerInstead(world, "DELETE runners", () =>
      jsonResponse(502, { message: "Server Error" }),
    );
    const job = world.queueJob();
    await world.pass(10);
    world.gitHub.cancelJob(job.id);
    await world.pass(60);
    expect(world.gitHub.runners()).toHaveLength(1);
    mend();
    await world.pass(150);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("GitHub being down delays jobs and loses none", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      /^(?:GET|POST|DELETE) /u.test(call) && world.timeline.now() < start + 600_000
        ? jsonResponse(503, { message: "Service Unavailable" })
        : next();
    for (let job = 1; job <= 5; job += 1) world.queueJob({ labels: ["tornade", `job=${job}`] });
    await world.pass(1_500);
    expect(conclusionsOf(world)).toEqual(Array.from({ length: 5 }, () => "success"));
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 5 });
    expect(await readLeftovers(world)).toEqual([]);
  });

  it.each([
    ["active lately", 1],
    ["never seen before", 0],
  ])(
    "a webhook that is lost without a trace, in a repository %s, costs minutes",
    async (_w, before) => {
      const { flaw, world } = await createFlakyWorld();
      for (let job = 0; job < before; job += 1) world.queueJob({ durationMilliseconds: 90_000 });
      await world.pass(240);
      flaw.answer = 200;
      const lost = world.queueJob();
      await world.pass(1);
      flaw.answer = undefined;
      await world.pass(420);
      expect(world.gitHub.findJob(lost.id)).toMatchObject({ conclusion: "success" });
    },
  );

  it("a runner that another job took is replaced for the job it was made for", async () => {
    const world = await createTestWorld();
    const thief = world.queueJob({ labels: ["arch=ARM64"], durationMilliseconds: 3_600_000 });
    const mine = world.queueJob({ labels: ["tornade", "arch=ARM64"] });
    await world.pass(180);
    expect(world.gitHub.findJob(thief.id)?.runner?.name).toBe(`tornade-${mine.id}-1-1`);
    expect(world.gitHub.findJob(mine.id)).toMatchObject({ conclusion: "success" });
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
  });
});
