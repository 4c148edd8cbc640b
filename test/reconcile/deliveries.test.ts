import { describe, expect, it } from "vitest";

import { readArray, readObject } from "../../functions/core/read-json.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import { jsonResponse, type WireRequest, type WireResponse } from "../../simulator/wire.ts";
import { countCalls, createTestWorld, type TestWorld } from "../support/test-world.ts";

/** A webhook's way that can be blocked: deliveries then fail with the status given. */
function createBlock() {
  const block: { status: number | undefined; seen: number } = { status: undefined, seen: 0 };
  const betweenWebhook: NonNullable<WorldOptions["betweenWebhook"]> = (next) => async (request) => {
    block.seen += 1;
    return block.status === undefined ? next(request) : { status: block.status };
  };
  return { block, betweenWebhook };
}

/** The answer of a GitHub that does not know `status`, with another code for a 503 of ours. */
async function listAll(
  { gitHub }: TestWorld,
  statusCode: number,
  request: WireRequest,
): Promise<WireResponse> {
  const path = request.path.replace(/status=\w+&/u, "");
  expect(path).not.toContain("status");
  const answer = await gitHub.handle({ ...request, path });
  const body = answer.body.replaceAll('"status_code":503', `"status_code":${statusCode}`);
  return { ...answer, body };
}

describe("reconcile, after deliveries have failed", () => {
  it("has a job served whose webhook failed, within 90 seconds of the failure", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    block.status = 503;
    world.queueJob();
    await world.pass(1);
    block.status = undefined;
    await world.pass(90);

    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it("asks again a minute later where GitHub took the App for a stranger, however often", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    const asked: number[] = [];
    world.outside.intercept = async (call, next) => {
      if (call !== "POST attempts") return next();
      asked.push(world.timeline.now());
      return asked.length > 8 ? next() : jsonResponse(401, { message: "Bad credentials" });
    };
    block.status = 503;
    // One of ours would be found without its webhook.
    world.queueJob({ labels: ["other"] });
    await world.pass(1);
    block.status = undefined;
    await world.pass(600);

    // Twice in each of four passes, once in the fifth; then it is delivered.
    const passes = new Set(asked.map((at) => Math.floor(at / 60_000)));
    expect([asked.length, passes.size]).toEqual([9, 5]);
    expect(asked.at(-1) ?? 0).toBeLessThan((asked[0] ?? 0) + 5 * 60_000);
  });

  it("has a job served whose delivery is listed beside one that nobody understands", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (call !== "GET deliveries") return answer;
      const listed = readArray(JSON.parse(answer.body), "deliveries");
      const [first] = listed.map((one) => readObject(one, "delivery"));
      const spoilt = [null, { ...first, event: null }, { ...first, delivered_at: "" }];
      return { ...answer, body: JSON.stringify([...spoilt, ...listed]) };
    };
    block.status = 503;
    world.queueJob();
    await world.pass(1);
    block.status = undefined;
    await world.pass(90);

    expect(countCalls(world, ["POST attempts"])).toEqual({ "POST attempts": 1 });
  });

  it.each([502, 0])(
    "has a job served whose webhook failed with %i, where GitHub lists all whatever it is asked for",
    async (statusCode) => {
      const { block, betweenWebhook } = createBlock();
      const world = await createTestWorld({ betweenWebhook });
      world.outside.intercept = async (call, next, request) =>
        call === "GET deliveries" ? listAll(world, statusCode, request) : next();
      world.queueJob({ labels: ["other"] });
      await world.pass(1);
      block.status = 503;
      world.queueJob();
      await world.pass(1);
      block.status = undefined;
      await world.pass(90);

      expect(countCalls(world, ["RunTask", "POST attempts"])).toEqual({
        RunTask: 1,
        "POST attempts": 1,
      });
    },
  );

  it("finds a failure behind a page of successes, where GitHub lists all", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    world.outside.intercept = async (call, next, request) =>
      call === "GET deliveries" ? listAll(world, 503, request) : next();
    block.status = 503;
    world.queueJob({ labels: ["other"] });
    await world.pass(1);
    block.status = undefined;
    for (let count = 0; count < 150; count += 1) world.queueJob({ labels: ["other"] });
    await world.pass(90);

    expect(countCalls(world, ["POST attempts"])).toEqual({ "POST attempts": 1 });
  });

  it("asks one question a minute where nothing failed", async () => {
    const world = await createTestWorld();
    world.queueJob();
    await world.pass(180);

    expect(countCalls(world, ["GET deliveries", "POST attempts"])).toEqual({
      "GET deliveries": 3,
      "POST attempts": 0,
    });
  });

  it("does not storm after an hour of a wrong secret, and has every job served once it is mended", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    block.status = 401;
    for (let count = 0; count < 60; count += 1) {
      world.queueJob({ labels: ["tornade", `job=${count}`] });
      await world.pass(60);
    }
    expect(countCalls(world, ["POST attempts"])).toEqual({ "POST attempts": 0 });

    block.status = undefined;
    world.queueJob();
    await world.pass(59);
    const afterOneMinute = countCalls(world, ["POST attempts"])["POST attempts"] ?? 0;
    await world.pass(600);

    expect(afterOneMinute).toBeLessThanOrEqual(30);
    expect(world.gitHub.jobs().filter(({ conclusion }) => conclusion === "success")).toHaveLength(
      61,
    );
  });

  it.each([
    ["GET deliveries", 403],
    ["POST attempts", 429],
  ])("leaves GitHub alone for as long as it says to: %s, %i", async (limited, status) => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    block.status = 503;
    for (let count = 0; count < 40; count += 1) world.queueJob({ labels: ["other"] });
    await world.pass(1);
    block.status = undefined;
    world.outside.intercept = async (call, next) =>
      call === limited
        ? { ...jsonResponse(status, {}), headers: { "retry-after": "1800" } }
        : next();
    await world.pass(1_700);
    expect(countCalls(world, [limited])).toEqual({ [limited]: 1 });

    world.outside.intercept = async (_call, next) => next();
    await world.pass(400);
    expect(countCalls(world, ["POST attempts"])["POST attempts"]).toBeGreaterThanOrEqual(40);
  });

  it("gives up after three more tries", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    block.status = 500;
    // One of ours would be found without its webhook, and then have more news.
    world.queueJob({ labels: ["other"] });
    await world.pass(4 * 3_600);

    expect(countCalls(world, ["POST attempts"])).toEqual({ "POST attempts": 3 });
    expect(block.seen).toBe(4);
  });

  it("has all delivered again although GitHub was too slow for all to be listed", async () => {
    const { block, betweenWebhook } = createBlock();
    const world = await createTestWorld({ betweenWebhook });
    block.status = 503;
    for (let count = 0; count < 150; count += 1) world.queueJob({ labels: ["other"] });
    await world.pass(1);
    block.status = undefined;
    world.outside.intercept = async (call, next) => {
      if (call === "GET deliveries") {
        await new Promise<void>((resolve) => world.timeline.after(3_100, resolve));
      }
      return next();
    };
    await world.pass(80);
    const slow = countCalls(world, ["GET deliveries", "POST attempts"]);
    world.outside.intercept = async (_call, next) => next();
    await world.pass(600);

    expect(slow).toEqual({ "GET deliveries": 2, "POST attempts": 30 });
    expect(block.seen).toBe(300);
  });

  it("wakes what is due although GitHub does not answer", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "GET deliveries" ? jsonResponse(502, { message: "Server Error" }) : next();
    await world.pass(61);

    const log = world.lines.join("");
    expect(log).toContain('"message":"due items sent"');
    expect(log).toContain('"level":"warn","message":"deliveries not asked for again"');
    expect(log).not.toContain("reconcile failed");
  });
});
