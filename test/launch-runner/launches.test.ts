import { describe, expect, it } from "vitest";

import { jsonResponse } from "../../simulator/wire.ts";
import { listBuilds, listTasks } from "../support/machines.ts";
import { countCalls, createTestWorld, readJobItem, type TestWorld } from "../support/test-world.ts";

/** Conclusion of the one job there is, and the seconds from queued to started. */
function readEnd({ gitHub }: TestWorld) {
  const [job] = gitHub.jobs();
  if (job === undefined) throw new Error("there is no job");
  const waited = job.startedAt === null ? Number.NaN : (job.startedAt - job.createdAt) / 1_000;
  return { conclusion: job.conclusion, waited };
}

describe("createLaunchRunner", () => {
  it("needs no more calls a job than a JIT config and a launch", async () => {
    const world = await createTestWorld();
    for (let index = 0; index < 20; index += 1) world.queueJob({ labels: ["tornade", `${index}`] });
    await world.pass(20);
    const outside = world.calls.filter(({ name }) => !/Item|SendMessage|Parameters/u.test(name));
    expect(new Set(outside.map(({ name }) => name))).toEqual(
      new Set(["POST access_tokens", "POST generate-jitconfig", "RunTask"]),
    );
    expect(countCalls(world, ["POST generate-jitconfig", "RunTask"])).toEqual({
      "POST generate-jitconfig": 20,
      RunTask: 20,
    });
    expect(countCalls(world, ["POST access_tokens"])).toEqual({ "POST access_tokens": 1 });
    // From the claim to the launch.
    expect(countCalls(world, ["PutItem", "GetItem", "SendMessage"])).toEqual({
      PutItem: 60,
      GetItem: 0,
      SendMessage: 20,
    });
    await world.pass(600);
    expect(world.gitHub.jobs().map(({ conclusion }) => conclusion)).toEqual(
      Array.from({ length: 20 }, () => "success"),
    );
    // Over their whole lives: one message a delivery, seven writes, no registration to remove.
    expect(countCalls(world, ["SendMessage", "DELETE runners", "StopTask"])).toEqual({
      SendMessage: 60,
      "DELETE runners": 0,
      StopTask: 0,
    });
    const written = world.calls.filter(({ name }) => name === "PutItem");
    // What reconcile keeps for itself is nobody's life.
    const ofJobs = written.filter(({ request }) => /"(?:job|runner)#/u.test(request.body));
    expect(ofJobs.length).toBeLessThanOrEqual(140);
  });

  it.each(["refuse", "allow"])("tells every runner that policy is to %s forks", async (forks) => {
    const world = await createTestWorld({ env: { TORNADE_FORKS: forks } });
    world.queueJob();
    await world.pass(20);
    const [task] = await listTasks(world);
    const environment = task?.overrides?.containerOverrides?.[0]?.environment;
    expect(environment).toContainEqual({ name: "TORNADE_FORKS", value: forks });
  });

  it.each([
    ["refuse", "{}", "refuse"],
    ["allow", "{}", "allow"],
    ["allow", '{"Acme/App":"arn:aws:iam::123456789012:role/app"}', "refuse"],
  ])(
    "tells a runner that policy is to %s public ones, unless it has a role: %s",
    async (...[policy, roles, told]) => {
      const env = { TORNADE_PUBLIC_REPOSITORIES: policy, TORNADE_REPOSITORY_ROLES: roles };
      const world = await createTestWorld({ env });
      world.queueJob();
      await world.pass(20);
      const [task] = await listTasks(world);
      const environment = task?.overrides?.containerOverrides?.[0]?.environment;
      expect(environment).toContainEqual({ name: "TORNADE_PUBLIC_REPOSITORIES", value: told });
    },
  );

  it("falls back to FARGATE where Spot has no capacity", async () => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE_SPOT", 0);
    const job = world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT"] });
    await world.pass(20);
    expect(await listTasks(world)).toMatchObject([{ capacityProviderName: "FARGATE" }]);
    expect(await readJobItem(world, job)).toMatchObject({
      status: "launched",
      launches: [
        { number: 1, provider: "FARGATE_SPOT", outcome: "not-started" },
        { number: 2, provider: "FARGATE", outcome: "started" },
      ],
    });
    expect(world.gitHub.runners().map(({ name }) => name)).toEqual([`tornade-${job.id}-1-2`]);
  });

  it("climbs down the whole ladder", async () => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE_SPOT", 0);
    world.aws.ecs.setCapacity("FARGATE", 0);
    world.queueJob({ labels: ["tornade", "runs-on=FARGATE_SPOT+FARGATE+CODEBUILD"] });
    await world.pass(5);
    expect(await listBuilds(world)).toHaveLength(1);
    await world.pass(120);
    expect(readEnd(world)).toMatchObject({ conclusion: "success" });
  });

  it.each([
    { runsOn: "FARGATE_SPOT+FARGATE+CODEBUILD", reason: "Cannot have more than 0 builds in queue" },
    { runsOn: "FARGATE", reason: "Capacity is unavailable at this time" },
  ])("parks a job of $runsOn without capacity, and serves it later", async ({ runsOn, reason }) => {
    const world = await createTestWorld();
    world.aws.ecs.setCapacity("FARGATE_SPOT", 0);
    world.aws.ecs.setCapacity("FARGATE", 0);
    world.aws.codeBuild.setConcurrency(0);
    const job = world.queueJob({ labels: ["tornade", `runs-on=${runsOn}`] });
    await world.pass(900);
    const parked = await readJobItem(world, job);
    expect(parked.status).toBe("parked");
    expect(parked.reason).toContain(reason);
    expect(parked.wakeAt).toBeGreaterThan(world.timeline.now());
    expect(world.gitHub.runners()).toEqual([]);
    world.aws.ecs.setCapacity("FARGATE", undefined);
    await world.pass(420);
    expect(readEnd(world)).toMatchObject({ conclusion: "success" });
  });

  it.each([
    { when: "after", alive: "adopts the task", numbers: ["started"] },
    // The second one finds that the first may still be starting; it is looked for again.
    { when: "before", alive: "launches anew", numbers: ["not-started", "not-started", "started"] },
  ])("$alive when RunTask times out $when its effect", async ({ when, numbers }) => {
    const world = await createTestWorld();
    let timeouts = 0;
    world.outside.intercept = async (call, next) => {
      if (call !== "RunTask" || timeouts === 2) return next();
      timeouts += 1;
      if (when === "after") await next();
      throw Object.assign(new Error("socket timed out"), { name: "TimeoutError" });
    };
    const job = world.queueJob({ durationMilliseconds: 300_000 });
    await world.pass(200);
    expect(timeouts).toBe(2);
    expect(await listTasks(world)).toHaveLength(1);
    const { launches } = await readJobItem(world, job);
    expect(launches.slice(0, numbers.length).map(({ outcome }) => outcome)).toEqual(numbers);
    await world.pass(600);
    expect(readEnd(world)).toMatchObject({ conclusion: "success" });
    expect([...(await listTasks(world)), ...world.gitHub.runners()]).toEqual([]);
  });

  it("adopts a task that ECS does not list for a while", async () => {
    const world = await createTestWorld({ aws: { ecsLatency: { listed: 20_000 } } });
    let timeouts = 0;
    world.outside.intercept = async (call, next) => {
      const response = await next();
      if (call !== "RunTask" || (timeouts += 1) > 2) return response;
      throw Object.assign(new Error("socket timed out"), { name: "TimeoutError" });
    };
    world.queueJob();
    await world.pass(300);
    expect(readEnd(world)).toMatchObject({ conclusion: "success" });
    expect(countCalls(world, ["DELETE runners"])).toEqual({ "DELETE runners": 0 });
    expect(await listTasks(world, "STOPPED")).toHaveLength(1);
  });

  it("sends an identical request again at once when the first had no answer", async () => {
    const world = await createTestWorld();
    let lost = false;
    world.outside.intercept = async (call, next) => {
      const response = await next();
      if (call !== "RunTask" || lost) return response;
      lost = true;
      throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    };
    world.queueJob();
    await world.pass(10);
    const sent = world.calls.filter(({ name }) => name === "RunTask");
    expect(sent.map(({ request }) => request.body)).toEqual([
      sent[0]?.request.body,
      sent[0]?.request.body,
    ]);
    expect(await listTasks(world)).toHaveLength(1);
    expect(countCalls(world, ["ListTasks"])).toEqual({ ListTasks: 0 });
  });

  it.each(["ThrottlingException", "ProvisionedThroughputExceededException"])(
    "serves a job in the end when the ledger answers %s for a while",
    async (error) => {
      const world = await createTestWorld();
      const until = world.timeline.now() + 20_000;
      world.outside.intercept = async (call, next) =>
        call.endsWith("Item") && world.timeline.now() < until
          ? jsonResponse(400, { __type: error, message: "Rate exceeded" })
          : next();
      world.queueJob();
      await world.pass(900);
      expect(readEnd(world)).toMatchObject({ conclusion: "success" });
      expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    },
  );

  it.each([1, 2, 3])("launches once when write %i of a launch is throttled", async (write) => {
    const world = await createTestWorld();
    let writes = 0;
    world.outside.intercept = async (call, next) => {
      if (call === "PutItem") writes += 1;
      return call === "PutItem" && writes === write
        ? jsonResponse(400, { __type: "ThrottlingException", message: "Rate exceeded" })
        : next();
    };
    world.queueJob();
    await world.pass(900);
    expect(readEnd(world)).toMatchObject({ conclusion: "success" });
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    expect([...(await listTasks(world)), ...world.gitHub.runners()]).toEqual([]);
  });
});
