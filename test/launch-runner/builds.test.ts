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
