import { ECSClient, StopTaskCommand } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { awsError } from "../../simulator/simulation/fault-answers.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createClientConfig } from "../support/client-config.ts";
import { listTasks } from "../support/machines.ts";
import {
  countCalls,
  createTestWorld,
  never,
  readJobItem,
  type TestWorld,
} from "../support/test-world.ts";

const checksOn = { [settingNames.checkRuns]: "on", [settingNames.capacityDeadline]: "1" };
const post = "POST check-runs";

const tooManyBuilds = awsError(
  400,
  "AccountLimitExceededException",
  "Cannot have more than 20 active builds for the account",
);

/** A world in which nothing can be started, anywhere; `answer` is GitHub's to a check run. */
async function createDryWorld(
  answer: TestWorld["outside"]["intercept"] = async (_call, next) => next(),
  options: Parameters<typeof createTestWorld>[0] = {},
): Promise<TestWorld> {
  const world = await createTestWorld({ env: checksOn, ...options });
  for (const provider of ["FARGATE", "FARGATE_SPOT"] as const)
    world.aws.ecs.setCapacity(provider, 0);
  world.outside.intercept = async (call, next, request) => {
    if (call === "StartBuild") return tooManyBuilds;
    return call === post ? answer(call, next, request) : next();
  };
  return world;
}

function linesOf({ lines }: TestWorld, message: string): readonly string[] {
  return lines.filter((line) => line.includes(`"message":"${message}"`));
}

describe("createLaunchRunner when nothing at all can be started for a job", () => {
  it("shows a check run beside the job's commit, with what was tried", async () => {
    const world = await createDryWorld();
    const job = world.queueJob();
    await world.pass(1_800);
    expect(world.gitHub.checkRuns()).toMatchObject([
      {
        name: "tornade / CI / test",
        externalId: `${job.id}-1`,
        conclusion: "failure",
        title: "no runner for job 'test'",
      },
    ]);
    const [checkRun] = world.gitHub.checkRuns();
    expect(checkRun?.summary).toMatch(/no runner could be started in \d+ min: FARGATE: Capacity/u);
    expect(checkRun?.summary).toContain("(no runner could be started to say so: ");
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
    expect(linesOf(world, "job given up")).toHaveLength(1);
    expect(linesOf(world, "job given up")[0]).toContain('"level":"error"');
  });

  it("only logs it where the operator wants no check runs", async () => {
    const env = { [settingNames.capacityDeadline]: "1" };
    const world = await createDryWorld(undefined, { env });
    const job = world.queueJob();
    await world.pass(1_800);
    expect(countCalls(world, [post])).toEqual({ [post]: 0 });
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
    expect(linesOf(world, "job given up")).toHaveLength(1);
  });

  it("tells of a job with wrong labels, too", async () => {
    const world = await createDryWorld();
    world.queueJob({ labels: ["tornade", "runs-on=FARGET"] });
    await world.pass(1_800);
    const [checkRun] = world.gitHub.checkRuns();
    expect(checkRun?.summary).toContain("label 'runs-on=FARGET' is unknown");
  });

  it.each([
    ["is down", () => jsonResponse(502, { message: "Server Error" })],
    ["limits the App", () => jsonResponse(429, { message: "secondary rate limit" })],
  ])("tries again, later and later, while GitHub %s", async (_what, answer) => {
    let refusals = 0;
    const world = await createDryWorld(async (_call, next) => {
      refusals += 1;
      return refusals <= 3 ? answer() : next();
    });
    world.queueJob();
    await world.pass(3_600);
    expect(world.gitHub.checkRuns()).toHaveLength(1);
    const at = world.calls.filter(({ name }) => name === post).map((call) => call.at);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(gaps).toHaveLength(3);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
    expect(linesOf(world, "job not told")).toHaveLength(3);
    expect(linesOf(world, "job not told").join("")).not.toContain('"level":"error"');
  });

  it.each([
    [
      "App lacks the permission",
      { gitHub: { permissions: permissionsWithoutChecks() } },
      undefined,
    ],
    ["App may not, for whatever reason", {}, jsonResponse(403, { message: "Forbidden" })],
  ])("gives up, with one line in the log, where the %s", async (_what, options, refusal) => {
    const world = await createDryWorld(async (_call, next) => refusal ?? next(), options);
    const job = world.queueJob();
    await world.pass(7_200);
    expect(world.gitHub.checkRuns()).toEqual([]);
    expect(linesOf(world, "job not told")).toHaveLength(1);
    expect(linesOf(world, "job not told")[0]).toContain('"level":"error"');
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
  });

  it("tells again, under the same name, when it dies before it knows that it has told", async () => {
    let posts = 0;
    const world = await createDryWorld(async (_call, next) => {
      posts += 1;
      if (posts > 1) return next();
      await next();
      return never();
    });
    const job = world.queueJob();
    await world.pass(1_800);
    const [first, second, ...more] = world.gitHub.checkRuns();
    expect(more).toEqual([]);
    expect(second).toMatchObject({ name: first?.name, externalId: first?.externalId });
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
  });

  it("goes on to take notice of what becomes of the job", async () => {
    const world = await createDryWorld();
    const job = world.queueJob();
    await world.pass(1_800);
    world.gitHub.cancelJob(job.id);
    await world.pass(60);
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed" });
    expect(linesOf(world, "message not handled")).toEqual([]);
  });
});

function permissionsWithoutChecks() {
  return { actions: "write", organization_self_hosted_runners: "write" } as const;
}

async function stopTasks(world: TestWorld): Promise<void> {
  const client = new ECSClient(createClientConfig(world.aws.handle));
  for (const { taskArn: task } of await listTasks(world)) {
    await client.send(new StopTaskCommand({ cluster: "tornade", task }));
  }
}

describe("createLaunchRunner when GitHub has bound a job to a runner that died", () => {
  it("has its people told within twenty minutes, and starts no further runner", async () => {
    const world = await createTestWorld({ env: { [settingNames.checkRuns]: "on" } });
    let isFirst = true;
    world.gitHub.planFaults({
      bindsForGood: () => {
        const binds = isFirst;
        isFirst = false;
        return binds;
      },
    });
    const job = world.queueJob();
    await world.pass(60);
    const [bound] = world.gitHub.runners();
    expect(bound).toMatchObject({ jobId: job.id });
    await stopTasks(world);
    await world.pass(1_200);
    const [checkRun, ...more] = world.gitHub.checkRuns();
    expect(more).toEqual([]);
    expect(checkRun?.summary).toContain(`GitHub gave the job to runner ${bound?.name ?? ""}`);
    expect(checkRun?.summary).toContain(`gh run cancel ${job.runId}`);
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed", owed: [] });
    expect(countCalls(world, ["RunTask"])["RunTask"]).toBeLessThanOrEqual(4);
    await world.pass(7_200);
    expect(await listTasks(world)).toEqual([]);
    expect(countCalls(world, ["RunTask"])["RunTask"]).toBeLessThanOrEqual(4);
  });
});
