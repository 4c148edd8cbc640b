import { describe, expect, it } from "vitest";

import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { jsonResponse, type WireResponse } from "../../simulator/wire.ts";
import { listTasks, readDeadLetters } from "../support/machines.ts";
import { createQueued, toSqsEvent } from "../support/sqs-event.ts";
import {
  countCalls,
  createTestWorld,
  readJobItem,
  repository,
  start,
} from "../support/test-world.ts";

type Trouble = {
  readonly what: string;
  readonly call: string;
  readonly answer: () => WireResponse;
  readonly reason: string;
};

function rateLimited(headers: Readonly<Record<string, string>>, status = 403) {
  const message = "API rate limit exceeded for installation ID 23154469.";
  return { ...jsonResponse(status, { message }), headers };
}

const troubles: readonly Trouble[] = [
  {
    what: "is down",
    call: "POST generate-jitconfig",
    answer: () => jsonResponse(502, { message: "Server Error" }),
    reason: "502 Server Error",
  },
  {
    what: "does not answer",
    call: "POST generate-jitconfig",
    answer: () => {
      throw new Error("no answer within 4000 ms");
    },
    reason: "500 no answer within 4000 ms",
  },
  {
    what: "gives no tokens",
    call: "POST access_tokens",
    answer: () => jsonResponse(503, { message: "Service Unavailable" }),
    reason: "503 Service Unavailable",
  },
  {
    what: "has had enough requests and says when to come again",
    call: "POST generate-jitconfig",
    answer: () => rateLimited({ "retry-after": "120" }),
    reason: "API rate limit exceeded",
  },
  {
    what: "has had this hour's requests",
    call: "POST generate-jitconfig",
    answer: () =>
      rateLimited(
        { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(start / 1_000 + 150) },
        429,
      ),
    reason: "API rate limit exceeded",
  },
  {
    what: "answers what nobody can read",
    call: "POST generate-jitconfig",
    answer: () => ({ status: 201, headers: { "content-type": "text/html" }, body: "<html>" }),
    reason: "answer should be JSON, got text/html",
  },
];

describe("createLaunchRunner", () => {
  it.each(troubles)("parks a job while GitHub $what, and serves it later", async (trouble) => {
    const world = await createTestWorld();
    const until = start + 180_000;
    world.outside.intercept = async (call, next) =>
      call === trouble.call && world.timeline.now() < until ? trouble.answer() : next();
    const job = world.queueJob();
    await world.pass(5);
    const parked = await readJobItem(world, job);
    expect(parked).toMatchObject({ status: "parked" });
    expect(parked.reason).toContain(trouble.reason);
    await world.pass(900);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    expect([...world.gitHub.runners(), ...(await listTasks(world))]).toEqual([]);
    expect(await readDeadLetters(world)).toEqual([]);
  });

  it("does not ask GitHub again before the time that it named", async () => {
    const world = await createTestWorld();
    world.outside.intercept = async (call, next) =>
      call === "POST generate-jitconfig" && world.timeline.now() < start + 120_000
        ? rateLimited({ "retry-after": "120" })
        : next();
    world.queueJob();
    await world.pass(600);
    const asked = world.calls.filter(({ name }) => name === "POST generate-jitconfig");
    const [first = 0, second = 0, ...more] = asked.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(120_000);
    expect(more).toEqual([]);
  });

  it.each(troubles)("never sleeps while GitHub $what", async ({ call: troubled, answer }) => {
    const world = await createTestWorld();
    const launchRunner = await createLaunchRunner(world.surroundings);
    world.outside.intercept = async (call, next) => (call === troubled ? answer() : next());
    const queued = createQueued(world.gitHub.addRepository({ fullName: repository }), { id: 1 });
    const began = performance.now();
    // The clock of the world stands still, so that whatever waited for it would never come back.
    await expect(launchRunner(toSqsEvent([queued]))).resolves.toBeDefined();
    expect(performance.now() - began).toBeLessThan(900);
  });

  it.each([
    [403, "Resource not accessible by integration"],
    [403, "Repository level self-hosted runners are disabled"],
    [404, "Not Found"],
    [422, "has reached max limit of 10000 runners"],
  ])(
    "writes GitHub's %i %s down and has it seen, and serves the job later",
    async (status, message) => {
      const world = await createTestWorld();
      let isRefusing = true;
      world.outside.intercept = async (call, next) =>
        isRefusing && call === "POST generate-jitconfig"
          ? jsonResponse(status, { message })
          : next();
      const job = world.queueJob();
      await world.pass(5);
      const { reason } = await readJobItem(world, job);
      expect(reason).toMatch(/^GitHub did not register runner tornade-/u);
      expect(reason).toContain(`${status} ${message}`);
      expect(world.lines.join("")).toContain('"level":"error","message":"message not handled"');
      isRefusing = false;
      await world.pass(900);
      expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    },
  );

  it("gives no message up while the ledger is away for an hour, and serves its job then", async () => {
    const world = await createTestWorld();
    let isAway = true;
    world.outside.intercept = async (call, next) =>
      isAway && ["GetItem", "PutItem", "Query"].includes(call)
        ? jsonResponse(500, { __type: "InternalServerError" })
        : next();
    world.queueJob();
    await world.pass(3_600);
    isAway = false;
    await world.pass(40 * 60);
    expect(await readDeadLetters(world)).toEqual([]);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it("takes the name of a runner that is taken for a launch of unknown outcome", async () => {
    const world = await createTestWorld();
    let conflicts = 0;
    world.outside.intercept = async (call, next) => {
      if (call !== "POST generate-jitconfig" || conflicts === 1) return next();
      conflicts += 1;
      await next();
      return next();
    };
    world.queueJob();
    await world.pass(600);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "success" }]);
    expect(countCalls(world, ["RunTask", "DELETE runners"])).toEqual({
      RunTask: 1,
      "DELETE runners": 1,
    });
    expect(world.gitHub.runners()).toEqual([]);
  });

  it("stops and removes the runner of a job that is cancelled before it starts, within 5 s", async () => {
    const world = await createTestWorld();
    const job = world.queueJob();
    await world.pass(10);
    expect(await listTasks(world)).toHaveLength(1);
    world.gitHub.cancelJob(job.id);
    await world.pass(5);
    expect([...(await listTasks(world)), ...world.gitHub.runners()]).toEqual([]);
    expect(countCalls(world, ["StopTask", "DELETE runners"])).toEqual({
      StopTask: 1,
      "DELETE runners": 1,
    });
  });

  it("leaves the runner of a job alone that is cancelled while it runs", async () => {
    const world = await createTestWorld();
    const job = world.queueJob({ durationMilliseconds: 300_000 });
    await world.pass(60);
    world.gitHub.cancelJob(job.id);
    await world.pass(60);
    expect(world.gitHub.jobs()).toMatchObject([{ conclusion: "cancelled" }]);
    expect(countCalls(world, ["StopTask", "DELETE runners"])).toEqual({
      StopTask: 0,
      "DELETE runners": 0,
    });
    expect([...(await listTasks(world)), ...world.gitHub.runners()]).toEqual([]);
  });
});
