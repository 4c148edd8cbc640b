import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import { readLedger } from "../../local/read-ledger.ts";
import type { Job } from "../../simulator/github/model.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import { listTasks } from "../support/machines.ts";
import {
  createTestWorld,
  never,
  readJobItem,
  repository,
  type TestWorld,
} from "../support/test-world.ts";

const spot = ["tornade", "runs-on=FARGATE_SPOT"];
const ask = "POST rerun-failed-jobs";

/** A world whose one repository has opted in, with an App that hears of runs. */
async function createSpotWorld(options: Partial<WorldOptions> = {}): Promise<TestWorld> {
  return createTestWorld({
    env: { [settingNames.rerunRepositories]: repository },
    gitHub: { events: ["workflow_job", "workflow_run"] },
    ...options,
  });
}

/** Lets the jobs begin, and takes the Spot capacity of all runners back. */
async function interrupt(world: TestWorld): Promise<void> {
  await world.pass(60);
  for (const { taskArn = "", capacityProviderName } of await listTasks(world)) {
    if (capacityProviderName === "FARGATE_SPOT") world.aws.ecs.interruptSpot(taskArn);
  }
}

function queueLong({ queueJob }: TestWorld, added: Parameters<TestWorld["queueJob"]>[0] = {}): Job {
  return queueJob({ labels: spot, durationMilliseconds: 120_000, ...added });
}

/** Attempt and conclusion of every job of a run, in order. */
function readJobs({ gitHub }: TestWorld, { runId }: Job): readonly string[] {
  const jobs = gitHub.jobs().filter((job) => job.runId === runId);
  return jobs.map(({ runAttempt, conclusion }) => `${runAttempt} ${conclusion}`);
}

/** Where the jobs of the second attempt were launched. */
async function readSecondLaunches(world: TestWorld): Promise<readonly string[]> {
  const second = world.gitHub.jobs().filter(({ runAttempt }) => runAttempt === 2);
  const items = await Promise.all(second.map(async (job) => readJobItem(world, job)));
  return items.flatMap(({ launches }) => launches.map(({ provider }) => provider));
}

/** How often GitHub was asked which jobs of a run failed, and for a new attempt. */
function countAsked({ calls }: TestWorld): { readonly lists: number; readonly asks: number } {
  return {
    lists: calls.filter(({ request }) => request.path.includes("/attempts/1/jobs")).length,
    asks: calls.filter(({ name }) => name === ask).length,
  };
}

async function readRunItems(world: TestWorld) {
  return (await readLedger(world)).runs;
}

describe("createLaunchRunner, a job whose capacity was taken back", () => {
  it("has the run's failed jobs run again, once and on demand", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(600);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 success"]);
    expect(await readSecondLaunches(world)).toEqual(["FARGATE"]);
    expect(countAsked(world)).toEqual({ lists: 1, asks: 1 });
    const [item, ...others] = await readRunItems(world);
    expect(item).toMatchObject({ status: "rerun", owed: [] });
    expect(item?.onDemandSince).toBeGreaterThan(job.createdAt);
    expect(others).toEqual([]);
  });

  it("runs again what was interrupted, and not what succeeded besides", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world);
    queueLong(world, { runId: job.runId, labels: ["tornade", "runs-on=CODEBUILD"] });
    queueLong(world, { runId: job.runId });
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job).toSorted()).toEqual([
      "1 failure",
      "1 failure",
      "1 success",
      "2 success",
      "2 success",
      "2 success",
    ]);
    expect(await readSecondLaunches(world)).toEqual(["FARGATE", "FARGATE"]);
  });

  it("keeps the rest of the ladder", async () => {
    const world = await createSpotWorld();
    const labels = ["tornade", "runs-on=FARGATE_SPOT+CODEBUILD"];
    const job = queueLong(world, { labels });
    await interrupt(world);
    await world.pass(600);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 success"]);
    expect(await readSecondLaunches(world)).toEqual(["CODEBUILD"]);
  });

  it.each([
    ["on a runner on demand", ["tornade"]],
    ["on a Spot runner", spot],
  ])("runs nothing again where another job failed by itself %s", async (_where, labels) => {
    const world = await createSpotWorld();
    const job = queueLong(world);
    const failing = { durationMilliseconds: 5_000, conclusion: "failure" } as const;
    queueLong(world, { runId: job.runId, labels: [...labels, "other"], ...failing });
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure", "1 failure"]);
    expect(countAsked(world).asks).toBe(0);
  });

  it("looks no further than the list of jobs where a job failed by itself", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world, { labels: ["tornade"], conclusion: "failure" });
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure"]);
    expect(countAsked(world)).toEqual({ lists: 1, asks: 0 });
    expect(await readRunItems(world)).toEqual([]);
  });

  it.each([
    ["the repository has not opted in", { env: { [settingNames.rerunRepositories]: "acme/x" } }],
    ["nobody has", { env: {} }],
    ["the App does not hear of runs", { gitHub: {} }],
  ])("runs nothing again where %s", async (_what, options) => {
    const world = await createSpotWorld(options);
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure"]);
    expect(countAsked(world)).toEqual({ lists: 0, asks: 0 });
    expect(await readRunItems(world)).toEqual([]);
  });

  it("runs nothing a third time", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world, { conclusion: "failure" });
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 failure"]);
    expect(countAsked(world).asks).toBe(1);
  });

  it("runs a second attempt that somebody asked for not again, though it is interrupted", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world, { conclusion: "failure" });
    await world.pass(300);
    world.gitHub.rerunFailedJobs(repository, job.runId);
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 failure"]);
    expect(await readSecondLaunches(world)).toEqual(["FARGATE_SPOT"]);
    expect(countAsked(world).asks).toBe(0);
  });

  it("runs again what was lost without a word from the runner", async () => {
    const world = await createSpotWorld({
      betweenMachine: (next) => (machine) => ({ ...next(machine), terminate: () => {} }),
    });
    const job = queueLong(world, { durationMilliseconds: 3_600_000 });
    await interrupt(world);
    await world.pass(1_200);
    expect(readJobs(world, job)[0]).toBe("1 failure");
    expect(countAsked(world).asks).toBe(1);
  });
});

describe("createLaunchRunner, news of a run out of order", () => {
  it.each([20, 200])("waits where the end of the runner is told %i s late", async (seconds) => {
    const world = await createSpotWorld({
      betweenEvents: (next) => async (event) => {
        world.timeline.after(seconds * 1_000, () => {
          void next(event);
        });
      },
    });
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 success"]);
    expect(countAsked(world)).toEqual({ lists: 1, asks: 1 });
  });

  it("gives up where the end of the runner is never told", async () => {
    const world = await createSpotWorld({ betweenEvents: () => async () => {} });
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(900);
    expect(readJobs(world, job)).toEqual(["1 failure"]);
    expect(await readRunItems(world)).toMatchObject([
      {
        status: "left",
        reason: `no state change of runner tornade-${job.id}-1-1 arrived, so nobody knows whether Spot took it`,
      },
    ]);
  });

  it("asks once where the end of the run is told over and over", async () => {
    const world = await createSpotWorld();
    const job = queueLong(world);
    await interrupt(world);
    for (let round = 0; round < 20; round += 1) {
      await world.pass(15);
      const told = world.gitHub.deliveries().filter(({ event }) => event === "workflow_run");
      for (const guid of new Set(told.map((one) => one.guid))) world.gitHub.redeliver(guid);
    }
    await world.pass(600);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 success"]);
    expect(countAsked(world).asks).toBe(1);
  });
});

describe("createLaunchRunner, a re-run that fails", () => {
  it.each(["before", "after"])(
    "asks once in effect where the function dies %s asking",
    async (when) => {
      const world = await createSpotWorld();
      let isDead = false;
      world.outside.intercept = async (call, next) => {
        if (call !== ask || isDead) return next();
        isDead = true;
        if (when === "after") await next();
        return never();
      };
      const job = queueLong(world, { conclusion: "failure" });
      await interrupt(world);
      await world.pass(1_800);
      expect(readJobs(world, job)).toEqual(["1 failure", "2 failure"]);
      expect(await readRunItems(world)).toMatchObject([{ status: "rerun", owed: [] }]);
    },
  );

  it("dies between the answer and the note of it, and asks nothing more", async () => {
    const world = await createSpotWorld();
    let isAsked = false;
    let isDead = false;
    world.outside.intercept = async (call, next, { body }) => {
      if (call === ask) isAsked = true;
      if (isDead || !isAsked || call !== "PutItem" || !body.includes("run#")) return next();
      isDead = true;
      return never();
    };
    const job = queueLong(world, { conclusion: "failure" });
    await interrupt(world);
    await world.pass(1_800);
    expect(isDead).toBe(true);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 failure"]);
    expect(countAsked(world).asks).toBe(1);
    expect(await readRunItems(world)).toMatchObject([{ status: "rerun", owed: [] }]);
  });

  it.each([
    ["403 because the run has not completed yet", 403, {}],
    ["403 of a rate limit", 403, { "retry-after": "90" }],
    ["502", 502, {}],
  ])("asks again after %s", async (_what, status, headers) => {
    const world = await createSpotWorld();
    let failures = 2;
    world.outside.intercept = async (call, next) => {
      if (call !== ask || failures === 0) return next();
      failures -= 1;
      const message = "The workflow run containing this job is already running";
      return { ...jsonResponse(status, { message }), headers: { ...headers } };
    };
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(1_200);
    expect(failures).toBe(0);
    expect(readJobs(world, job)).toEqual(["1 failure", "2 success"]);
    expect(countAsked(world).asks).toBe(3);
  });

  it("tells a person where the App may not", async () => {
    const world = await createSpotWorld();
    world.outside.intercept = async (call, next, { body }) =>
      call === "POST access_tokens" && body.includes('"actions":"write"')
        ? jsonResponse(422, { message: "The permissions requested are not granted" })
        : next();
    const job = queueLong(world);
    await interrupt(world);
    await world.pass(5_400);
    expect(readJobs(world, job)).toEqual(["1 failure"]);
    expect(await readRunItems(world)).toMatchObject([{ status: "failed", owed: [] }]);
    const errors = world.lines.filter((line) => line.includes('"level":"error"'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain("The permissions requested are not granted");
  });
});
