import { describe, expect, it } from "vitest";

import { countCalls, createTestWorld, readJobItem, type TestWorld } from "../support/test-world.ts";

const labels = ["tornade", "runs-on=CODEBUILD"];
const minute = 60_000;

/** So many jobs of ten minutes each, of which thirty have a build that runs and the others wait. */
async function queueBuilds(count: number): Promise<TestWorld> {
  const world = await createTestWorld();
  world.aws.codeBuild.setConcurrency(30);
  for (let index = 0; index < count; index += 1) {
    world.queueJob({ labels: [...labels, `${index}`], durationMilliseconds: 10 * minute });
  }
  return world;
}

describe("createLaunchRunner", () => {
  it("leaves the builds of more than a hundred jobs in CodeBuild's queue", async () => {
    const world = await queueBuilds(170);
    await world.pass(8 * 60);
    expect(countCalls(world, ["StartBuild", "StopBuild", "DELETE runners"])).toEqual({
      StartBuild: 170,
      StopBuild: 0,
      "DELETE runners": 0,
    });
    await world.pass(60 * 60);
    expect(new Set(world.gitHub.jobs().map(({ conclusion }) => conclusion))).toEqual(
      new Set(["success"]),
    );
  });

  it.each([
    ["CODEBUILD", "StartBuild", "StopBuild"],
    ["FARGATE", "RunTask", "StopTask"],
  ])("replaces a runner on %s that runs and never connects", async (on, start, stop) => {
    let starts = 0;
    const world = await createTestWorld({
      betweenMachine: (next) => (machine) => {
        starts += 1;
        return starts > 1 ? next(machine) : { terminate: () => machine.exit(143), kill: () => {} };
      },
    });
    const job = world.queueJob({
      labels: ["tornade", `runs-on=${on}`],
      durationMilliseconds: 5 * minute,
    });
    await world.pass(7 * 60);
    expect(world.gitHub.findJob(job.id)).toMatchObject({ status: "in_progress" });
    expect(world.gitHub.runners()).toHaveLength(1);
    expect(countCalls(world, [start, stop])).toEqual({ [start]: 2, [stop]: 1 });
  });

  it.each([
    ["in preparation", { provisioning: 5 * 60 * minute }, 21],
    ["at its end, after its runner came to nothing", { finalizing: 5 * 60 * minute }, 7],
  ])("replaces a build that is stuck %s", async (_where, codeBuildLatency, minutes) => {
    const world = await createTestWorld({
      aws: { codeBuildLatency },
      betweenMachine: () => (machine) => {
        const cancel = world.timeline.after(5_000, () => machine.exit(5));
        return { terminate: () => {}, kill: cancel };
      },
    });
    world.queueJob({ labels });
    await world.pass(minutes * 60);
    expect(countCalls(world, ["StartBuild", "StopBuild"])).toEqual({ StartBuild: 2, StopBuild: 1 });
  });

  it.each([
    ["starts", 0],
    ["is queued", 1],
  ])("stops a build that %s within five seconds of its job's end", async (_what, others) => {
    const world = await createTestWorld();
    world.aws.codeBuild.setConcurrency(1);
    for (let index = 0; index < others; index += 1) {
      world.queueJob({ labels: [...labels, "other"], durationMilliseconds: 10 * minute });
    }
    const job = world.queueJob({ labels });
    await world.pass(2);
    expect(countCalls(world, ["StartBuild"])).toEqual({ StartBuild: 1 + others });
    world.gitHub.cancelJob(job.id);
    await world.pass(5);
    expect(countCalls(world, ["StopBuild"])).toEqual({ StopBuild: 1 });
    expect(world.gitHub.runners()).toHaveLength(others);
  });

  it("finds a build behind more than a hundred newer ones when its answer was lost", async () => {
    const world = await createTestWorld();
    world.aws.codeBuild.setConcurrency(30);
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (call === "StartBuild") throw new Error("connection lost");
      return answer;
    };
    const job = world.queueJob({ labels: [...labels, "first"], durationMilliseconds: 10 * minute });
    await world.timeline.advance(500);
    world.outside.intercept = async (_call, next) => next();
    for (let index = 0; index < 120; index += 1) {
      world.queueJob({ labels: [...labels, `${index}`], durationMilliseconds: 10 * minute });
    }
    await world.pass(120);
    expect(countCalls(world, ["DELETE runners"])).toEqual({ "DELETE runners": 0 });
    const item = await readJobItem(world, job);
    expect(item.launches.map(({ outcome }) => outcome)).toEqual(["started", "not-started"]);
  });
});
