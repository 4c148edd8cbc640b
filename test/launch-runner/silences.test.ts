import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { listTasks } from "../support/machines.ts";
import { countCalls, createTestWorld, readJobItem, type TestWorld } from "../support/test-world.ts";

const soon = { [settingNames.capacityDeadline]: "5" };

/** Whatever the service is asked for, nobody learns what came of it; nothing does. */
function silence(world: TestWorld, ...calls: readonly string[]): void {
  world.outside.intercept = async (call, next) =>
    calls.includes(call) ? jsonResponse(500, { __type: "ServerException" }) : next();
}

/** A job whose first runner died before it took it, so that GitHub is asked where the job stands. */
async function loseRunner(world: TestWorld) {
  const job = world.queueJob();
  await world.pass(8);
  for (const { taskArn = "" } of await listTasks(world)) {
    world.aws.ecs.failStart(taskArn, "CannotPullContainerError: no such image");
  }
  return job;
}

describe("createLaunchRunner, where nobody tells what became of something", () => {
  it("goes on to the next rung where a service fails for good", async () => {
    const world = await createTestWorld();
    silence(world, "RunTask");
    world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT+FARGATE+CODEBUILD"] });
    await world.pass(1_200);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect(countCalls(world, ["StartBuild"])).toEqual({ StartBuild: 1 });
    expect(world.gitHub.runners()).toEqual([]);
  });

  it("fails a job at its deadline where there is no other rung, in its own log", async () => {
    const world = await createTestWorld({ env: soon });
    silence(world, "RunTask");
    world.queueJob();
    await world.pass(1_200);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "failure" }]);
    expect(world.gitHub.jobs()[0]?.annotations.join("")).toMatch(
      /^tornade: no runner could be started in \d min: FARGATE: .*ServerException.*; ask whoever/u,
    );
    expect(world.gitHub.runners()).toEqual([]);
  });

  it("gives it up where no service says what becomes of its runners", async () => {
    const world = await createTestWorld({ env: soon });
    silence(world, "RunTask", "StartBuild");
    const job = world.queueJob();
    await world.pass(1_800);
    const { status, reason } = await readJobItem(world, job);
    expect(status).toBe("failed");
    expect(reason).toMatch(/^no runner could be started in \d min: FARGATE: .*ServerException/u);
    expect(world.lines.join("")).toContain('"message":"job given up"');
    expect(world.gitHub.runners()).toEqual([]);
  });

  it.each([
    ["does not find once", 404, 1],
    ["does not tell of", 403, 1_000],
    ["fails to tell of", 502, 1_000],
  ])("serves a job that GitHub %s", async (_what, status, times) => {
    const world = await createTestWorld();
    let asked = 0;
    world.outside.intercept = async (call, next) =>
      call === "GET jobs" && (asked += 1) <= times
        ? jsonResponse(status, { message: "no" })
        : next();
    await loseRunner(world);
    await world.pass(1_200);
    expect(asked).toBeGreaterThan(1);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });

  it("takes a job for deleted that GitHub does not find twice", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "GET jobs" ? jsonResponse(404, { message: "Not Found" }) : next();
    const job = await loseRunner(world);
    await world.pass(300);
    expect(await readJobItem(world, job)).toMatchObject({ status: "completed" });
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it("asks little of GitHub for many jobs that wait for capacity", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "RunTask"
        ? jsonResponse(200, { tasks: [], failures: [{ reason: "Capacity is unavailable" }] })
        : next();
    for (let job = 0; job < 100; job += 1) world.queueJob();
    await world.pass(3_000);
    const calls = countCalls(world, ["POST generate-jitconfig", "DELETE runners"]);
    // Two for each job's first try, and two a minute and instance from then on.
    expect(calls["POST generate-jitconfig"]).toBeLessThan(100 + 150);
    expect(calls["DELETE runners"]).toBe(calls["POST generate-jitconfig"]);
  });
});
