import { describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import { callName } from "../../simulator/simulation/call-name.ts";
import { listTasks } from "../support/machines.ts";
import {
  countCalls,
  createTestWorld,
  never,
  readRunnerItems,
  start,
  webhookSecret,
} from "../support/test-world.ts";
import { createPayload, createRequest, sign } from "../support/webhook.ts";
import { conclusionsOf, createFlakyWorld, everCold, readLeftovers } from "./stage.ts";

const body = JSON.stringify(createPayload());

// Each test is a row of a table of what cdk-github-runners does when something goes wrong.
describe("where cdk-github-runners fails: the webhook", () => {
  it("a wrong signature costs no call, and what is logged about it does not help to forge one", async () => {
    const world = await createTestWorld();
    world.calls.length = 0;
    await world.receiveWebhook(createRequest({ body, secret: "guess" }));
    expect(world.calls).toEqual([]);
    expect(world.lines.join("")).toContain("delivery refused");
    expect(world.lines.join("")).not.toContain(
      sign(webhookSecret, body).slice("sha256=".length, 30),
    );
    for (const digest of world.lines.join("").match(/[0-9a-f]{64}/gu) ?? []) {
      const forged = createRequest({
        body,
        headers: { "x-hub-signature-256": `sha256=${digest}` },
      });
      expect(await world.receiveWebhook(forged)).toMatchObject({ statusCode: 401 });
    }
  });

  it("one label more than we know is carried, and the job is served", async () => {
    const world = await createTestWorld();
    world.queueJob({ labels: ["tornade", "stage=prod"] });
    await world.pass(120);
    expect(conclusionsOf(world)).toEqual(["success"]);
  });

  it("a label with a slip in it is not carried: the job says so itself", async () => {
    const world = await createTestWorld();
    const job = world.queueJob({ labels: ["tornade", "runson=FARGATE"] });
    await world.pass(120);
    expect(world.gitHub.findJob(job.id)).toMatchObject({ conclusion: "failure" });
    expect(world.gitHub.findJob(job.id)?.annotations.join("")).toContain("runson=FARGATE");
  });

  it.each([[["tornade", "4747967848"]], [["tornade/4747967848/arch=ARM64"]]])(
    "the labels %j, unique to their run, are served as they are",
    async (labels) => {
      const world = await createTestWorld();
      world.queueJob({ labels });
      await world.pass(120);
      expect(conclusionsOf(world)).toEqual(["success"]);
    },
  );

  it.each([
    ["runs", 60],
    ["has ended", 300],
  ])(
    "a delivery that comes again while its job %s is taken, and starts nothing",
    async (_w, after) => {
      const world = await createTestWorld();
      world.queueJob({ durationMilliseconds: 120_000 });
      await world.pass(after);
      for (const { guid } of world.gitHub.deliveries()) world.gitHub.redeliver(guid);
      await world.pass(300);
      const answers = world.gitHub.deliveries().map(({ statusCode }) => statusCode);
      expect(new Set(answers)).toEqual(new Set([202]));
      expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
      expect(await readLeftovers(world)).toEqual([]);
    },
  );

  it("a delivery id that comes again with other news is judged by its news", async () => {
    const world = await createTestWorld({
      betweenWebhook: (next) => async (request) =>
        next({ ...request, headers: { ...request.headers, "x-github-delivery": "the-same" } }),
    });
    world.queueJob({ labels: ["tornade", "job=1"] });
    world.queueJob({ labels: ["tornade", "job=2"] });
    await world.pass(120);
    expect(conclusionsOf(world)).toEqual(["success", "success"]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
  });

  it("two hooks that tell of one job, each in its own way, start one runner", async () => {
    const world = await createTestWorld({
      betweenWebhook: (next) => async (request) => {
        const { installation: _of, ...told } = readObject(JSON.parse(request.body), "delivery");
        const text = JSON.stringify(told);
        const headers = {
          ...request.headers,
          "x-github-delivery": "of-the-other-hook",
          "x-hub-signature-256": sign(webhookSecret, text),
        };
        const [answer] = await Promise.all([
          next(request),
          next({ ...request, headers, body: text }),
        ]);
        return answer ?? { status: 503 };
      },
    });
    world.queueJob();
    await world.pass(300);
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it.each([
    ["at once", 60, 1],
    ["after an hour", 3_600, 2],
  ])(
    "a job that is approved %s, hence told of twice, is served by one runner at a time",
    async (_when, after, most) => {
      const world = await createTestWorld();
      const held = world.queueJob({ status: "waiting", environment: "production" });
      await world.pass(after);
      expect((await listTasks(world)).length).toBeLessThanOrEqual(1);
      world.gitHub.releaseJob(held.id);
      await world.pass(300);
      expect(conclusionsOf(world)).toEqual(["success"]);
      expect(countCalls(world, ["RunTask"])["RunTask"]).toBeLessThanOrEqual(most);
      expect(await readLeftovers(world)).toEqual([]);
    },
  );

  it.each([
    ["in a minute", 60],
    ["in eleven minutes", 660],
    ["in three hours", 10_800],
  ])("a job whose turn comes %s, which GitHub tells nobody, is served", async (_when, after) => {
    const world = await createTestWorld();
    const held = world.queueJob({ status: "pending" });
    await world.pass(after);
    expect((await listTasks(world)).length).toBeLessThanOrEqual(1);
    world.gitHub.releaseJob(held.id);
    await world.pass(900);
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(countCalls(world, ["RunTask"])["RunTask"]).toBeLessThanOrEqual(2);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("delivery ids that begin alike name no two runners alike: they name none", async () => {
    const alike = "72d3162e-cc78-11e3-8";
    const world = await createTestWorld({
      betweenWebhook: (next) => async (request) => {
        const id = request.headers["x-github-delivery"] ?? "";
        const headers = { ...request.headers, "x-github-delivery": `${alike}${id}` };
        return next({ ...request, headers });
      },
    });
    for (let job = 1; job <= 20; job += 1) world.queueJob({ labels: ["tornade", `job=${job}`] });
    await world.pass(300);
    expect(conclusionsOf(world)).toEqual(Array.from({ length: 20 }, () => "success"));
    const names = (await readRunnerItems(world)).map(({ name }) => name);
    expect(new Set(names).size).toBe(20);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(64);
  });

  it("a webhook that failed is delivered again although every function has been restarted since", async () => {
    const { flaw, world } = await createFlakyWorld({ host: everCold });
    flaw.answer = 503;
    world.queueJob();
    await world.pass(1);
    // Nobody looks for three quarters of an hour, then a function that knows of nothing does.
    world.outside.intercept = async (call, next) => {
      if (call === "GET deliveries" && world.timeline.now() < start + 45 * 60_000) {
        throw new Error("unreachable");
      }
      return next();
    };
    flaw.answer = undefined;
    await world.pass(50 * 60);
    expect(conclusionsOf(world)).toEqual(["success"]);
  });

  it("a webhook waits for nothing but the queue, whatever GitHub and the rest of AWS are up to", async () => {
    const world = await createTestWorld();
    world.calls.length = 0;
    world.outside.intercept = async (call, next) => (call === "SendMessage" ? next() : never());
    for (const status of ["queued", "waiting"]) {
      const deployment = { deployment: { id: 1, environment: "production" } };
      const told = JSON.stringify(createPayload({ status }, deployment));
      const request = createRequest({ body: told, secret: webhookSecret });
      // The clock stands still meanwhile.
      expect(await world.receiveWebhook(request)).toMatchObject({ statusCode: 202 });
    }
    expect(world.calls.map(({ request }) => callName(request))).toEqual([
      "SendMessage",
      "SendMessage",
    ]);
  });
});
