import { describe, expect, it } from "vitest";

import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import {
  countCalls,
  createTestWorld,
  repository,
  start,
  type Intercept,
  type TestWorld,
} from "../support/test-world.ts";

/** A world whose webhook takes the news of queued jobs for delivered while it loses them. */
async function createForgetfulWorld() {
  const forgetful = { loses: false };
  const betweenWebhook: NonNullable<WorldOptions["betweenWebhook"]> = (next) => async (request) =>
    forgetful.loses && request.body.includes('"action":"queued"') ? { status: 202 } : next(request);
  return { forgetful, world: await createTestWorld({ betweenWebhook }) };
}

/** Has a job served, long enough for a pass to see it open. */
async function serveOne(world: TestWorld): Promise<void> {
  world.queueJob({ durationMilliseconds: 90_000 });
  await world.pass(240);
}

const sweepCalls = ["GET runs", "GET jobs"];

function withBudget(remaining: number): Intercept {
  return async (call, next) => {
    const answer = await next();
    if (!sweepCalls.includes(call)) return answer;
    const headers = { ...answer.headers, "x-ratelimit-remaining": String(remaining) };
    return { ...answer, headers };
  };
}

describe("reconcile, where nobody told of a job", () => {
  it.each([0, 30, 59, 60, 119, 240, 299])(
    "has it served within six minutes in an active repository, when queued %d s after a pass",
    async (seconds) => {
      const { world, forgetful } = await createForgetfulWorld();
      await serveOne(world);
      await world.pass(seconds);
      forgetful.loses = true;
      const { id, createdAt } = world.queueJob();
      await world.pass(360);

      expect(world.gitHub.findJob(id)).toMatchObject({ conclusion: "success" });
      expect(world.gitHub.findJob(id)?.startedAt).toBeLessThanOrEqual(createdAt + 360_000);
      expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
    },
  );

  it("has one job of a run served although the others of it were told", async () => {
    const { world, forgetful } = await createForgetfulWorld();
    const { runId } = world.queueJob({ durationMilliseconds: 600_000 });
    await world.pass(61);
    forgetful.loses = true;
    const { id, createdAt } = world.queueJob({ runId });
    await world.pass(420);

    expect(world.gitHub.findJob(id)).toMatchObject({ conclusion: "success" });
    expect(world.gitHub.findJob(id)?.startedAt).toBeLessThanOrEqual(createdAt + 360_000);
  });

  it.each(["waiting", "pending"] as const)(
    "has a job served although another one of its run is %s",
    async (status) => {
      const { world, forgetful } = await createForgetfulWorld();
      const { runId } = world.queueJob({ status });
      await world.pass(61);
      forgetful.loses = true;
      // No runner of the other one would do for it.
      const { id, createdAt } = world.queueJob({ runId, labels: ["tornade", "cpu=2"] });
      await world.pass(420);

      expect(world.gitHub.findJob(id)).toMatchObject({ conclusion: "success" });
      expect(world.gitHub.findJob(id)?.startedAt).toBeLessThanOrEqual(createdAt + 360_000);
    },
  );

  it("starts one runner although the webhook comes after all", async () => {
    const { world, forgetful } = await createForgetfulWorld();
    await serveOne(world);
    forgetful.loses = true;
    const lost = world.queueJob({ durationMilliseconds: 900_000 });
    await world.pass(360);
    forgetful.loses = false;
    const told = world.gitHub
      .deliveries()
      .find(({ request }) => request.body.includes(`:${lost.id},`));
    world.gitHub.redeliver(told?.guid ?? "");
    await world.pass(60);

    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
  });

  it("gives a job that was approved its runner although nobody told of the approval", async () => {
    const { world, forgetful } = await createForgetfulWorld();
    const held = world.queueJob({ status: "waiting", environment: "production" });
    await world.pass(900);
    forgetful.loses = true;
    world.gitHub.releaseJob(held.id);
    await world.pass(360);

    expect(world.gitHub.findJob(held.id)).toMatchObject({ conclusion: "success" });
  });

  it("does not tell again of jobs that have a row, nor of those of others", async () => {
    const world = await createTestWorld();
    world.queueJob({ labels: ["other"] });
    world.outside.intercept = async (call, next) =>
      call === "RunTask" ? jsonResponse(400, { __type: "AccessDeniedException" }) : next();
    world.queueJob();
    await world.pass(1_200);

    expect(countCalls(world, ["GET runs"])["GET runs"]).toBeGreaterThan(4);
    expect(world.lines.join("")).not.toContain("queued job found without a webhook");
  });

  it.each([
    ["is over", 90_000],
    ["runs on", 7_200_000],
  ])(
    "sends nothing of a repository that became public, and forgets it, while its old job %s",
    async (_how, durationMilliseconds) => {
      const { world, forgetful } = await createForgetfulWorld();
      forgetful.loses = true;
      const old = world.queueJob({ durationMilliseconds });
      await world.pass(600);
      const before = world.gitHub.findJob(old.id);
      const [known] = world.gitHub.repositories();
      world.gitHub.addRepository({ fullName: repository, id: known?.id ?? 0, private: false });
      const lost = world.queueJob({ labels: ["tornade", "cpu=2"] });
      await world.pass(600);
      world.calls.length = 0;
      await world.pass(3_600);

      expect(before?.startedAt).toBeGreaterThan(start);
      expect(world.gitHub.findJob(lost.id)).toMatchObject({ status: "queued" });
      expect(world.lines.filter((line) => line.includes("found without a webhook"))).toHaveLength(
        1,
      );
      expect(world.lines.join("")).toContain("public repositories are not allowed");
      const calls = countCalls(world, ["RunTask", "GET runs"]);
      expect(calls).toEqual({ RunTask: 0, "GET runs": 0 });
    },
  );

  it("asks for the runs of an active repository every five minutes", async () => {
    const world = await createTestWorld();
    await serveOne(world);
    world.calls.length = 0;
    await world.pass(3_600);
    expect(countCalls(world, sweepCalls)).toEqual({ "GET runs": 48, "GET jobs": 0 });
  });

  it.each([
    [23, 4],
    [24, 0],
  ])("where nothing was active for %d hours, asks for %d lists", async (hours, lists) => {
    const world = await createTestWorld();
    await serveOne(world);
    const later = world.timeline.now() + hours * 3_600_000;
    const reconcile = await createReconcile({ ...world.surroundings, now: () => later });
    world.calls.length = 0;
    world.outside.intercept = async (call, next) => {
      if (call === "GET repositories") {
        return jsonResponse(200, { total_count: 0, repositories: [] });
      }
      return sweepCalls.includes(call) ? jsonResponse(200, { workflow_runs: [] }) : next();
    };
    await reconcile();
    expect(countCalls(world, sweepCalls)).toEqual({ "GET runs": lists, "GET jobs": 0 });
  });

  it("leaves a fifth of GitHub's limit to the jobs that are known", async () => {
    const { world, forgetful } = await createForgetfulWorld();
    await serveOne(world);
    forgetful.loses = true;
    const lost = world.queueJob();
    world.outside.intercept = withBudget(999);
    world.calls.length = 0;
    await world.pass(600);
    expect(world.gitHub.findJob(lost.id)).toMatchObject({ status: "queued" });
    expect(countCalls(world, sweepCalls)).toMatchObject({ "GET jobs": 0 });
    expect(countCalls(world, sweepCalls)["GET runs"]).toBeLessThanOrEqual(10);

    world.outside.intercept = withBudget(1_000);
    await world.pass(180);
    expect(world.gitHub.findJob(lost.id)).toMatchObject({ conclusion: "success" });
  });

  it("does its other work although GitHub lists no runs, and although its record cannot be read", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next, { body }) => {
      if (call === "GET runs") return jsonResponse(502, { message: "Server Error" });
      if (world.timeline.now() > start + 300_000 && body.includes("cursor#sweep")) {
        return jsonResponse(400, { __type: "ValidationException", message: "no" });
      }
      return next();
    };
    world.queueJob({ durationMilliseconds: 90_000 });
    await world.pass(600);

    const log = world.lines.join("");
    expect(log).toContain('"message":"repository not swept"');
    expect(log).toContain('"message":"repositories not swept"');
    expect(log).not.toContain("reconcile failed");
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });
});
