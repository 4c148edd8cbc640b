import { describe, expect, it } from "vitest";

import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { listTasks } from "../support/machines.ts";
import { createQueued, toSqsEvent } from "../support/sqs-event.ts";
import { countCalls, createTestWorld, readJobItem, start } from "../support/test-world.ts";
import { answerInstead, awsError, conclusionsOf, readLeftovers } from "./stage.ts";

const launchCalls = ["POST generate-jitconfig", "RunTask"];

/** An instance that is handed its batches, in a world of two repositories. */
async function startInstance() {
  const world = await createTestWorld({ env: { TORNADE_OWNERS: "acme, umbrella" } });
  const first = world.gitHub.addRepository({ fullName: "acme/app" });
  const second = world.gitHub.addRepository({ fullName: "umbrella/app" });
  return { world, first, second, launchRunner: await createLaunchRunner(world.surroundings) };
}

// What its scale-up function does with a batch of messages; ours is launch-runner.
describe("where terraform-aws-github-runner fails: the launch", () => {
  it("of a cancelled and a queued job, a throttled launch loses neither the one nor the other", async () => {
    const world = await createTestWorld();
    const mend = answerInstead(world, "RunTask", () => awsError("ThrottlingException"));
    const cancelled = world.queueJob({ labels: ["tornade", "job=1"] });
    world.queueJob({ labels: ["tornade", "job=2"] });
    world.gitHub.cancelJob(cancelled.id);
    await world.pass(10);
    mend();
    world.calls.length = 0;
    await world.pass(600);
    expect(conclusionsOf(world)).toEqual(["cancelled", "success"]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("with room for one runner, a cancelled and two queued jobs all get what is theirs", async () => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE", 1);
    const cancelled = world.queueJob({ labels: ["tornade", "job=1"] });
    world.queueJob({ labels: ["tornade", "job=2"] });
    world.queueJob({ labels: ["tornade", "job=3"] });
    world.gitHub.cancelJob(cancelled.id);
    await world.pass(1_200);
    expect(conclusionsOf(world)).toEqual(["cancelled", "success", "success"]);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it.each(["InsufficientFreeAddressesInSubnet", "AnErrorThatNobodyKnowsYet"])(
    "%s, which is on no list, loses no message: an unknown error is tried again",
    async (error) => {
      const world = await createTestWorld();
      const mend = answerInstead(world, "RunTask", () => awsError(error, "no address is free"));
      const job = world.queueJob({ labels: ["tornade", "job=1"] });
      world.queueJob({ labels: ["tornade", "job=2"] });
      await world.pass(60);
      expect((await readJobItem(world, job)).reason).toContain("no address is free");
      expect(world.gitHub.runners()).toEqual([]);
      mend();
      await world.pass(900);
      expect(conclusionsOf(world)).toEqual(["success", "success"]);
      expect(await readLeftovers(world)).toEqual([]);
    },
  );

  it("without capacity, tries come ever less often and the reason is on the job's row", async () => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE", 0);
    const job = world.queueJob();
    await world.pass(900);
    const tries = world.calls.filter(({ name }) => name === "RunTask").map(({ at }) => at - start);
    // Half a minute between them for a day would be 30 by now, and 2,880 in the end.
    expect(tries.length).toBeGreaterThan(3);
    expect(tries.length).toBeLessThan(20);
    expect(await readJobItem(world, job)).toMatchObject({
      status: "parked",
      reason: containing("Capacity is unavailable at this time"),
    });
  });

  it("a job that has found no place by its deadline turns red, and its log says what was tried", async () => {
    const world = await createTestWorld({ env: { TORNADE_CAPACITY_DEADLINE_MINUTES: "10" } });
    world.aws.ecs.setCapacity("FARGATE", 0);
    const job = world.queueJob();
    await world.pass(1_200);
    expect(world.gitHub.findJob(job.id)).toMatchObject({
      conclusion: "failure",
      annotations: [containing("FARGATE: Capacity is unavailable at this time")],
    });
  });

  it("where nothing at all can start, a check run on the commit says so", async () => {
    const world = await createTestWorld({
      env: { TORNADE_CAPACITY_DEADLINE_MINUTES: "10", TORNADE_CHECK_RUNS: "on" },
    });
    world.aws.ecs.setCapacity("FARGATE", 0);
    world.aws.ecs.setCapacity("FARGATE_SPOT", 0);
    world.aws.codeBuild.setConcurrency(0);
    const job = world.queueJob();
    await world.pass(3_600);
    expect(await readJobItem(world, job)).toMatchObject({ status: "failed" });
    const told = world.calls.filter(({ name }) => name === "POST check-runs");
    expect(told.map(({ request }) => request.body)).toEqual([
      containing("Capacity is unavailable"),
    ]);
    expect(world.gitHub.runners()).toEqual([]);
  });

  it("of a batch of ten, one whose App was uninstalled fails alone", async () => {
    const { world, first, second, launchRunner } = await startInstance();
    world.gitHub.removeInstallation("umbrella");
    const bodies = Array.from({ length: 9 }, (_, index) => createQueued(first, { id: index + 1 }));
    const batch = toSqsEvent([
      ...bodies.slice(0, 4),
      createQueued(second, { id: 10 }),
      ...bodies.slice(4),
    ]);
    expect(await launchRunner(batch)).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-4" }],
    });
    expect(await listTasks(world)).toHaveLength(9);
  });

  it("a call that fails for the second repository of a batch relaunches nothing of the first", async () => {
    const { world, first, second, launchRunner } = await startInstance();
    const batch = toSqsEvent([createQueued(first, { id: 1 }), createQueued(second, { id: 2 })]);
    world.outside.intercept = async (call, next, { body, path }) =>
      path.includes("umbrella") || (call === "RunTask" && body.includes("umbrella"))
        ? jsonResponse(500, { message: "Server Error" })
        : next();
    await launchRunner(batch);
    expect(await listTasks(world)).toHaveLength(1);
    world.outside.intercept = async (_call, next) => next();
    // The whole batch again, as if nothing of it had been acknowledged.
    await launchRunner(batch);
    await world.pass(40);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 2 });
  });

  it("GitHub failing to say where a job stands keeps nothing from being launched: it is not asked", async () => {
    const world = await createTestWorld({ runner: { bootMilliseconds: 400_000 } });
    answerInstead(world, "GET jobs", () => jsonResponse(502, { message: "Server Error" }));
    world.queueJob();
    await world.pass(50);
    expect(countCalls(world, [...launchCalls, "GET jobs"])).toEqual({
      "POST generate-jitconfig": 1,
      RunTask: 1,
      "GET jobs": 0,
    });
    // Later, when the runner takes so long that it is asked after all, it loses nothing either.
    await world.pass(900);
    expect(countCalls(world, ["GET jobs"])["GET jobs"]).toBeGreaterThan(1);
    expect(conclusionsOf(world)).toEqual(["success"]);
  });

  it.each([502, 422])("GitHub answering %i to a JIT config costs no machine", async (status) => {
    const world = await createTestWorld();
    const mend = answerInstead(world, "POST generate-jitconfig", () =>
      jsonResponse(status, { message: "not now" }),
    );
    world.queueJob();
    await world.pass(120);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 0 });
    mend();
    await world.pass(600);
    expect(conclusionsOf(world)).toEqual(["success"]);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it("no tokens for a while: everything waits, reminders and removals included, and nothing is lost", async () => {
    const world = await createTestWorld();
    const mend = answerInstead(world, "POST access_tokens", () =>
      jsonResponse(503, { message: "Service Unavailable" }),
    );
    world.queueJob({ labels: ["tornade", "job=1"] });
    const cancelled = world.queueJob({ labels: ["tornade", "job=2"] });
    await world.pass(240);
    world.gitHub.cancelJob(cancelled.id);
    await world.pass(60);
    mend();
    await world.pass(900);
    expect(conclusionsOf(world)).toEqual(["success", "cancelled"]);
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a used-up rate limit is waited for in the queue, not inside a function", async () => {
    const { world, first, launchRunner } = await startInstance();
    const reset = start / 1_000 + 1_800;
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) };
    const message = "API rate limit exceeded for installation ID 1.";
    answerInstead(world, "POST generate-jitconfig", () => ({
      ...jsonResponse(403, { message }),
      headers,
    }));
    // The world's clock stands still: a function that sleeps never comes back.
    await launchRunner(toSqsEvent([createQueued(first, { id: 1 })]));
    const { wakeAt = 0 } = await readJobItem(world, { id: 1, runAttempt: 1 });
    expect(wakeAt).toBeGreaterThanOrEqual(reset * 1_000);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 0 });
  });

  it("a secondary limit in the midst of five jobs leaves no machine without a JIT config", async () => {
    const world = await createTestWorld();
    let minted = 0;
    answerInstead(world, "POST generate-jitconfig", () => {
      minted += 1;
      if (minted <= 2 || world.timeline.now() >= start + 60_000) return undefined;
      const message = "You have exceeded a secondary rate limit.";
      return { ...jsonResponse(403, { message }), headers: { "retry-after": "60" } };
    });
    for (let job = 1; job <= 5; job += 1) world.queueJob({ labels: ["tornade", `job=${job}`] });
    await world.pass(20);
    expect(await listTasks(world)).toHaveLength(2);
    await world.pass(900);
    expect(conclusionsOf(world)).toEqual(Array.from({ length: 5 }, () => "success"));
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 5 });
    expect(await readLeftovers(world)).toEqual([]);
  });

  it("a message that cannot be read is set aside alone, and loses nothing of its batch", async () => {
    const { world, first, launchRunner } = await startInstance();
    const bodies = ["{", createQueued(first, { id: 1 }), "null", createQueued(first, { id: 2 })];
    expect(await launchRunner(toSqsEvent(bodies))).toEqual({ batchItemFailures: [] });
    expect(await listTasks(world)).toHaveLength(2);
    expect(await readLeftovers(world)).toHaveLength(2 + 2 + 2);
  });
});
