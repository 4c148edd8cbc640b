import { describe, expect, it } from "vitest";

import { checkJob } from "../../functions/core/check-job.ts";
import type { SeenRunner } from "../../functions/core/checked-job.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import {
  bootTime,
  latestRung,
  overdueAfter,
  provisioningTime,
} from "../../functions/core/waits.ts";
import { jobId, jobItem, launchedItem, launchOf, runnerItem, start } from "./builders.ts";
import { createFakeWorld, store } from "./fakes.ts";

const own = "tornade-4711-1-1";
const other = "tornade-5-1-1";

function failing(error: Error) {
  const world = createFakeWorld();
  world.faults.set("readJob", [
    () => {
      throw error;
    },
  ]);
  return checkJob(jobItem(), world.ports);
}

describe("checkJob", () => {
  it("tells where GitHub says that the job stands", async () => {
    const world = createFakeWorld();
    world.states.set(jobId, { status: "completed", conclusion: "success" });
    expect(await checkJob(jobItem(), world.ports)).toEqual({
      kind: "job-checked",
      jobKey: "4711-1",
      state: { status: "completed", conclusion: "success" },
    });
  });

  it("waits when GitHub is over its limit or away", async () => {
    const failed = { kind: "check-failed", jobKey: "4711-1" };
    const unavailable = new GitHubError("GitHubUnavailable", "502");
    expect(await failing(unavailable)).toEqual({ ...failed, message: "502" });
    const limited = new GitHubError("GitHubRateLimited", "403", start);
    expect(await failing(limited)).toEqual({ ...failed, message: "403", retryAt: start });
  });

  it.each([
    ["tells that it may wait for its turn", 120_000, "in_progress", true],
    ["does not where nothing of its run is running", 120_000, "completed", undefined],
    ["does not ask of a runner that ended before it could idle", 119_999, "in_progress", undefined],
  ] as const)("of a job whose runner idled %s", async (_what, lived, status, told) => {
    const world = createFakeWorld();
    world.states.set(1, { status });
    world.states.set(4711, { status: "queued" });
    const launches = [launchOf(1, { outcome: "ended", endedAt: start + lived })];
    const item = jobItem({ losses: 1, doubtful: true, launches });
    const event = await checkJob(item, world.ports);
    expect(event).toMatchObject({ kind: "job-checked", state: { status: "queued" } });
    expect("mayAwaitSiblings" in event ? event.mayAwaitSiblings : undefined).toBe(told);
    expect(world.calls.includes("hasRunningSibling 4711")).toBe(lived === 120_000);
    const launched = launchedItem({ launches });
    await checkJob(launched, world.ports);
    expect(world.calls.filter((call) => call.startsWith("hasRunning")).length).toBeLessThan(2);
  });

  it("tells of what a person has to see to", async () => {
    const error = new GitHubError("InstallationGone", "404");
    expect(await failing(error)).toEqual({
      kind: "check-failed",
      jobKey: "4711-1",
      message: "404",
      error,
    });
  });

  it.each([
    ["the second runner is lost", { losses: 2, launches: [launchOf(1, { outcome: "ended" })] }],
    ["a launch cannot be settled", { launches: [launchOf(1)] }],
    ["it is overdue", { launches: [launchOf(1, { outcome: "started" })] }],
  ])("tells of a busy runner of which nothing is left when %s", async (_when, overrides) => {
    const world = createFakeWorld();
    const event = { kind: "job-checked", jobKey: "4711-1", state: { status: "queued" } };
    const item = jobItem(overrides);
    const see = async (online: boolean) => {
      world.runners.set(own, { registrationId: 7, name: own, busy: true, online });
      return checkJob(item, world.ports);
    };
    const sight = (state: SeenRunner["state"]) => ({ ...event, seen: { name: own, state } });
    expect(await see(false)).toEqual(sight("dead"));
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    expect(await see(true)).toEqual(sight("taken"));
    expect(await see(false)).toEqual(sight("silent"));
  });

  it("does not take a runner for taken by another that has just taken the job itself", async () => {
    const world = createFakeWorld();
    world.runners.set(own, { registrationId: 7, name: own, busy: true });
    world.computes.push({ id: "task-1", provider: "FARGATE", name: own, alive: true });
    const state = { status: "in_progress", runnerName: own } as const;
    const take = () => world.states.set(jobId, state);
    world.faults.set("readJob", [() => {}, take]);
    const item = launchedItem();
    expect(await checkJob(item, world.ports)).toEqual({
      kind: "job-checked",
      jobKey: "4711-1",
      state,
    });
  });

  it("tells of a build that is not there any more, and not of one that is queued", async () => {
    const world = createFakeWorld();
    world.runners.set(own, { registrationId: 7, name: own, busy: false });
    const launches = [launchOf(1, { outcome: "started", provider: "CODEBUILD" })];
    const item = launchedItem({ launches });
    expect(await checkJob(item, world.ports)).toMatchObject({
      seen: { name: own, state: "missing" },
    });
    world.computes.push({ id: "build-1", provider: "CODEBUILD", name: own, alive: true });
    expect(await checkJob(item, world.ports)).not.toHaveProperty("seen");
  });

  it.each([
    ["preparing", provisioningTime, false, undefined],
    ["running", bootTime, false, undefined],
    ["running", 300_000 + overdueAfter, true, "idle"],
    ["ending", 0, false, "missing"],
    ["ending", 0, true, "missing"],
  ] as const)(
    "tells of a build that is %s for %i ms, online: %s, as missing and before that as %s",
    async (name, age, online, before) => {
      const launches = [launchOf(1, { outcome: "started", provider: "CODEBUILD" })];
      const see = async (since: number) => {
        const world = createFakeWorld();
        world.runners.set(own, { registrationId: 7, name: own, busy: false, online });
        const build = { id: "build-1", provider: "CODEBUILD", name: own, alive: true } as const;
        world.computes.push({ ...build, stage: { name, since: world.clock.now - since } });
        const event = await checkJob(launchedItem({ launches }), world.ports);
        return "seen" in event ? event.seen?.state : undefined;
      };
      expect(await see(age - 1)).toBe(before);
      expect(await see(age)).toBe("missing");
    },
  );

  it("tells of a build that would come too late: its registration is gone", async () => {
    const world = createFakeWorld();
    world.computes.push({ id: "build-1", provider: "CODEBUILD", name: own, alive: true });
    const launches = [launchOf(1, { outcome: "started", provider: "CODEBUILD" })];
    const item = launchedItem({ launches });
    expect(await checkJob(item, world.ports)).toMatchObject({
      seen: { name: own, state: "missing" },
    });
    const state = { status: "completed", runnerName: own } as const;
    const complete = () => world.states.set(jobId, state);
    world.faults.set("readJob", [() => {}, complete]);
    expect(await checkJob(item, world.ports)).toMatchObject({ state });
  });

  it("looks at the build of another job that is left for this one", async () => {
    const world = createFakeWorld();
    world.runners.set(other, { registrationId: 8, name: other, busy: false });
    const left = runnerItem({ name: other, madeFor: "5-1", provider: "CODEBUILD" });
    const item = launchedItem({ status: "running" });
    expect(await checkJob(item, world.ports, left)).toMatchObject({
      lookedAt: other,
      seen: { name: other, state: "missing" },
    });
    world.computes.push({ id: "task-1", provider: "CODEBUILD", name: other, alive: true });
    expect(await checkJob(item, world.ports, left)).toEqual({
      kind: "job-checked",
      jobKey: "4711-1",
      state: { status: "queued" },
      lookedAt: other,
    });
  });

  it.each([
    ["gone", "CODEBUILD", false],
    ["busy with it", "CODEBUILD", true],
    ["busy with it", "FARGATE", true],
  ] as const)(
    "looks only at what is left for it where another job took its own, which is %s: %s",
    async (_what, provider, busy) => {
      const world = createFakeWorld();
      if (busy) world.runners.set(own, { registrationId: 7, name: own, busy });
      world.computes.push({ id: "own", provider, name: own, alive: busy });
      world.runners.set(other, { registrationId: 8, name: other, busy: false });
      const left = runnerItem({ name: other, madeFor: "5-1", provider: "CODEBUILD" });
      const launches = [launchOf(1, { outcome: "started", provider })];
      expect(await checkJob(launchedItem({ launches }), world.ports, left)).toMatchObject({
        lookedAt: other,
        seen: { name: other, state: "missing" },
      });
    },
  );

  it("looks at the runner of another job that GitHub says the job is bound to", async () => {
    const world = createFakeWorld();
    world.runners.set(other, { registrationId: 8, name: other, busy: true });
    world.states.set(jobId, { status: "queued", runnerName: other });
    expect(await checkJob(jobItem(), world.ports)).not.toHaveProperty("seen");
    await store(world, runnerItem({ name: other, madeFor: "5-1" }));
    expect(await checkJob(jobItem(), world.ports)).toMatchObject({
      seen: { name: other, state: "dead" },
    });
    const { provider: _provider, ...unplaced } = runnerItem({ name: other, madeFor: "5-1" });
    await store(world, unplaced);
    expect(await checkJob(jobItem(), world.ports)).toMatchObject({
      seen: { name: other, state: "dead" },
    });
  });

  it("looks at the runner that GitHub names", async () => {
    const world = createFakeWorld();
    world.runners.set(own, { registrationId: 7, name: own, busy: true });
    world.states.set(jobId, { status: "queued", runnerName: own });
    const item = jobItem({ losses: 1, launches: [launchOf(1, { outcome: "ended" })] });
    expect(await checkJob(item, world.ports)).toMatchObject({ seen: { name: own, state: "dead" } });
  });

  it.each([
    ["first runner is lost", jobItem({ losses: 1, launches: [launchOf(1, { outcome: "ended" })] })],
    ["job has started", launchedItem({ status: "running" })],
  ])("asks for nothing else when the %s", async (_what, item) => {
    const world = createFakeWorld();
    await checkJob(item, world.ports);
    expect(world.calls).toEqual([`readJob ${jobId}`]);
  });

  it("finds no runner busy that is idle or gone", async () => {
    const world = createFakeWorld();
    world.runners.set(own, { registrationId: 7, name: own, busy: false });
    const launches = [1, 2].map((number) => launchOf(number, { outcome: "ended" }));
    const event = await checkJob(jobItem({ losses: 2, launches }), world.ports);
    expect(event).not.toHaveProperty("seen");
  });

  it("knows a runner to have idled for less where no more is allowed", async () => {
    const world = createFakeWorld();
    world.states.set(1, { status: "in_progress" });
    const launches = [launchOf(1, { outcome: "ended", endedAt: start + 60_000 })];
    const item = jobItem({ losses: 1, doubtful: true, launches });
    const check = async (idleSeconds: number) => checkJob(item, { ...world.ports, idleSeconds });
    expect(await check(60)).toMatchObject({ mayAwaitSiblings: true });
    expect(await check(61)).not.toHaveProperty("mayAwaitSiblings");
  });

  it("tells of a runner that is connected and idles, unless another one is odd", async () => {
    const world = createFakeWorld();
    world.runners.set(own, { registrationId: 7, name: own, busy: false, online: true });
    const seen = { name: own, state: "idle" };
    expect(await checkJob(launchedItem(), world.ports)).toMatchObject({ seen });
    world.states.set(jobId, { status: "queued", runnerName: other });
    world.runners.set(other, { registrationId: 8, name: other, busy: true });
    await store(world, runnerItem({ name: other, madeFor: "5-1" }));
    const odd = { name: other, state: "dead" };
    expect(await checkJob(launchedItem(), world.ports)).toMatchObject({ seen: odd });
  });

  it("looks for no runners where GitHub has been slow", async () => {
    const world = createFakeWorld();
    world.faults.set("readJob", [() => (world.clock.now += latestRung)]);
    expect(await checkJob(launchedItem(), world.ports)).toEqual({
      kind: "check-failed",
      jobKey: "4711-1",
      message: "GitHub answers too slowly to look for the runners of the job",
    });
    expect(world.calls).toEqual([`readJob ${jobId}`]);
  });

  it("looks for all runners of a job at once", async () => {
    const world = createFakeWorld();
    const launches = [1, 2, 3].map((number) => launchOf(number, { outcome: "ended" }));
    let most = 0;
    let underWay = 0;
    const find = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      return undefined;
    };
    const registry = { ...world.ports.registry, find };
    await checkJob(jobItem({ losses: 3, launches }), { ...world.ports, registry });
    expect(most).toBe(3);
  });

  it("writes down what nobody expected as well, or it would come again at once", async () => {
    const error = new TypeError("x is undefined");
    expect(await failing(error)).toEqual({
      kind: "check-failed",
      jobKey: "4711-1",
      message: "x is undefined",
      isUnfinished: true,
      error,
    });
  });
});
