import { describe, expect, it } from "vitest";

import { createDynamoDbLedger } from "../../functions/adapters/dynamodb-ledger.ts";
import { newRunnerItem } from "../../functions/core/runner-item.ts";
import { createReconcile } from "../../functions/reconcile/reconcile.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { countCalls, createTestWorld, start, type TestWorld } from "../support/test-world.ts";

/** Writes runner items that are due so many seconds from now; they owe nothing, so a wake is all. */
async function writeDue(world: TestWorld, seconds: readonly number[]): Promise<void> {
  const ledger = createDynamoDbLedger(world.surroundings, "tornade");
  const writes = seconds.map(async (due, index) => {
    const item = newRunnerItem(`tornade-${index}-1-1`, "1-1", world.timeline.now());
    return ledger.write({ ...item, wakeAt: world.timeline.now() + due * 1_000 }, 0);
  });
  expect(await Promise.all(writes)).toEqual(seconds.map(() => true));
  world.calls.length = 0;
}

/** Ids of the items that messages were sent about, in order. */
function readWoken({ calls }: TestWorld): readonly string[] {
  const sent = calls.filter(({ name }) => name === "SendMessageBatch");
  return sent.flatMap(({ request }) => request.body.match(/(?:runner|job)#[\w-]+/gu) ?? []);
}

describe("createReconcile", () => {
  it("sends nothing when nothing is due, and never scans", async () => {
    const world = await createTestWorld();
    await writeDue(world, [1, 3_600]);
    await world.reconcile();
    expect(countCalls(world, ["Query", "Scan", "SendMessageBatch"])).toEqual({
      Query: 4,
      Scan: 0,
      SendMessageBatch: 0,
    });
    expect(world.lines.join("")).toContain('"message":"due items sent","due":0,"failed":0');
  });

  it("wakes what is due, and nothing else", async () => {
    const world = await createTestWorld();
    await writeDue(world, [0, -60, 1, -1, 3_600]);
    await world.reconcile();
    expect(new Set(readWoken(world))).toEqual(
      new Set(["runner#tornade-0-1-1", "runner#tornade-1-1-1", "runner#tornade-3-1-1"]),
    );
    expect(readWoken(world)).toHaveLength(3);
  });

  it("begins with what has been due longest where there is more than fits a pass", async () => {
    const world = await createTestWorld();
    await writeDue(
      world,
      Array.from({ length: 620 }, (_, index) => -index),
    );
    await world.reconcile();
    const woken = new Set(readWoken(world));
    expect(woken.size).toBe(500);
    expect(countCalls(world, ["SendMessageBatch"])).toEqual({ SendMessageBatch: 50 });
    expect(woken).toContain("runner#tornade-619-1-1");
    expect(woken).not.toContain("runner#tornade-119-1-1");
  });

  it("forgets what has expired", async () => {
    const world = await createTestWorld();
    await writeDue(world, [0]);
    const later = start + 31 * 86_400_000;
    const reconcile = await createReconcile({ ...world.surroundings, now: () => later });
    await reconcile();
    expect(readWoken(world)).toEqual([]);
  });

  it("tells how many it could not wake, and wakes them in the next pass", async () => {
    const world = await createTestWorld();
    await writeDue(
      world,
      Array.from({ length: 12 }, (_, index) => -index),
    );
    world.outside.intercept = async (call, next, { body }) =>
      call === "SendMessageBatch" && body.includes("tornade-1-1-1")
        ? jsonResponse(400, { __type: "RequestThrottled", message: "slow down" })
        : next();
    await expect(world.reconcile()).rejects.toThrow("2 of 12 due items were not woken");
    expect(world.lines.join("")).toContain('"message":"due items sent","due":12,"failed":2');
    world.calls.length = 0;
    world.outside.intercept = async (_call, next) => next();
    await world.reconcile();
    expect(readWoken(world)).toContain("runner#tornade-1-1-1");
  });

  it("fails as a whole where the ledger does not answer, and does its work a minute later", async () => {
    const world = await createTestWorld();
    await writeDue(world, [0]);
    world.outside.intercept = async (call, next) =>
      call === "Query"
        ? jsonResponse(500, { __type: "InternalServerError", message: "no" })
        : next();
    await world.pass(61);
    expect(world.lines.join("")).toContain('"level":"error","message":"reconcile failed"');
    world.outside.intercept = async (_call, next) => next();
    await world.pass(60);
    expect(readWoken(world)).toEqual(["runner#tornade-0-1-1"]);
  });

  it("gets a job served whose every message is lost", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "POST access_tokens" ? jsonResponse(502, { message: "Server Error" }) : next();
    world.queueJob();
    await world.pass(1);
    await world.aws.handle({
      method: "POST",
      path: "/",
      headers: { "x-amz-target": "AmazonSQS.PurgeQueue" },
      body: JSON.stringify({ QueueUrl: world.account.queueUrl }),
    });
    world.outside.intercept = async (_call, next) => next();
    await world.pass(240);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
  });

  it.each(["TORNADE_LEDGER_TABLE", "TORNADE_QUEUE_URL"])(
    "does not start without %s",
    async (name) => {
      const { surroundings } = await createTestWorld();
      const starting = createReconcile({
        ...surroundings,
        env: { ...surroundings.env, [name]: undefined },
      });
      await expect(starting).rejects.toThrow(`${name} is not set; see docs/settings.md`);
    },
  );
});
