import { describe, expect, it } from "vitest";

import { createLaunchRunner } from "../../functions/launch-runner/launch-runner.ts";
import { listTasks, readDeadLetters } from "../support/machines.ts";
import { createQueued, toSqsEvent } from "../support/sqs-event.ts";
import { countCalls, createTestWorld, readJobItem } from "../support/test-world.ts";

const launchCalls = ["POST access_tokens", "POST generate-jitconfig", "RunTask"];

async function startInstance() {
  const world = await createTestWorld({ env: { TORNADE_OWNERS: "acme, umbrella" } });
  const repository = world.gitHub.addRepository({ fullName: "acme/app" });
  const other = world.gitHub.addRepository({ fullName: "umbrella/app" });
  const launchRunner = await createLaunchRunner(world.surroundings);
  return { world, repository, other, launchRunner };
}

describe("createLaunchRunner", () => {
  it("takes ten deliveries of one job at once, and ten more under other ids, for one", async () => {
    const world = await createTestWorld({
      betweenWebhook: (next) => async (request) => {
        const repeats = Array.from({ length: 20 }, async (_, index) => {
          const guid = request.headers["x-github-delivery"] ?? "";
          const headers = { ...request.headers, "x-github-delivery": `${guid}-${index % 11}` };
          return next({ ...request, headers });
        });
        const [answer] = await Promise.all(repeats);
        return answer ?? { status: 503 };
      },
    });
    const job = world.queueJob();
    await world.pass(600);
    expect(countCalls(world, ["POST generate-jitconfig", "RunTask"])).toEqual({
      "POST generate-jitconfig": 1,
      RunTask: 1,
    });
    expect(world.gitHub.jobs()).toMatchObject([{ id: job.id, conclusion: "success" }]);
    expect(await readDeadLetters(world)).toEqual([]);
  });

  it("launches once where ten instances get the job at the same time", async () => {
    const { world, repository } = await startInstance();
    const instances = await Promise.all(
      Array.from({ length: 10 }, async () => createLaunchRunner(world.surroundings)),
    );
    const event = toSqsEvent([createQueued(repository, { id: 1 })]);
    const answers = await Promise.all(instances.map(async (launch) => launch(event)));
    expect(countCalls(world, launchCalls)).toMatchObject({
      "POST generate-jitconfig": 1,
      RunTask: 1,
    });
    const returned = answers.filter(({ batchItemFailures }) => batchItemFailures.length > 0);
    expect(returned.length).toBeLessThan(10);
    expect(await listTasks(world)).toHaveLength(1);
  });

  it("launches nothing anew when a message that is done with comes again", async () => {
    const { world, repository, launchRunner } = await startInstance();
    const event = toSqsEvent([createQueued(repository, { id: 1 })]);
    await launchRunner(event);
    expect(await launchRunner(event)).toEqual({ batchItemFailures: [] });
    expect(countCalls(world, launchCalls)).toMatchObject({
      "POST generate-jitconfig": 1,
      RunTask: 1,
    });
  });

  it.each([
    ["no JSON", "{", "message is not an envelope: Expected property name"],
    ["of another version", '{"version":2}', "version should be 1, got 2"],
    [
      "of an unknown kind",
      '{"version":1,"kind":"x"}',
      "kind should be 'job', 'run' or 'wake', got 'x'",
    ],
    ["a wake without an item", '{"version":1,"kind":"wake"}', "itemId should be"],
  ])(
    "launches nine of ten where one is %s, and sets that one aside",
    async (_what, spoilt, why) => {
      const { world, repository, launchRunner } = await startInstance();
      const bodies = Array.from({ length: 9 }, (_, index) =>
        createQueued(repository, { id: index + 1 }),
      );
      const answer = await launchRunner(toSqsEvent(bodies.toSpliced(4, 0, spoilt)));
      expect(answer).toEqual({ batchItemFailures: [] });
      expect(await listTasks(world)).toHaveLength(9);
      const [letter, ...more] = await readDeadLetters(world);
      expect(more).toEqual([]);
      expect(letter?.Body).toBe(spoilt);
      expect(letter?.MessageAttributes?.["reason"]?.StringValue).toContain(why);
    },
  );

  it("has an undecodable message come again while it cannot be set aside", async () => {
    const { world, launchRunner } = await startInstance();
    world.outside.intercept = async (call, next) => {
      if (call === "SendMessage") throw new Error("connection lost");
      return next();
    };
    expect(await launchRunner(toSqsEvent(["{"]))).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-0" }],
    });
    expect(await readDeadLetters(world)).toEqual([]);
  });

  it("launches nine of ten where an installation is gone, and returns that one alone", async () => {
    const { world, repository, other, launchRunner } = await startInstance();
    world.gitHub.removeInstallation("umbrella");
    const bodies = Array.from({ length: 9 }, (_, index) =>
      createQueued(repository, { id: index + 1 }),
    );
    const gone = createQueued(other, { id: 10 });
    expect(await launchRunner(toSqsEvent([...bodies, gone]))).toEqual({
      batchItemFailures: [{ itemIdentifier: "message-9" }],
    });
    expect(await listTasks(world)).toHaveLength(9);
    expect(await readJobItem(world, { id: 10, runAttempt: 1 })).toMatchObject({
      status: "parked",
      reason: `the App has no installation that reaches umbrella/app (the webhook named installation ${other.owner.installationId}); install it for umbrella and give it the repository`,
    });
  });

  it("handles what it gets about one job in order", async () => {
    const { world, repository, launchRunner } = await startInstance();
    const queued = createQueued(repository, { id: 1 });
    const completed = queued.replace('"action":"queued"', '"action":"completed"');
    expect(await launchRunner(toSqsEvent([queued, completed]))).toEqual({ batchItemFailures: [] });
    expect(countCalls(world, ["RunTask", "DELETE runners", "StopTask"])).toEqual({
      RunTask: 1,
      "DELETE runners": 1,
      StopTask: 1,
    });
    expect(await listTasks(world)).toEqual([]);
  });

  it("begins nothing for which there may be no time, and returns it", async () => {
    const { world, repository, launchRunner } = await startInstance();
    world.outside.intercept = async (call, next) => {
      if (call === "POST generate-jitconfig") {
        await new Promise<void>((resolve) => world.timeline.after(3_000, resolve));
      }
      return next();
    };
    const queued = createQueued(repository, { id: 1 });
    const completed = queued.replace('"action":"queued"', '"action":"completed"');
    const answer = launchRunner(toSqsEvent([queued, completed]));
    await world.pass(9);
    expect(await answer).toEqual({ batchItemFailures: [{ itemIdentifier: "message-1" }] });
    expect(countCalls(world, ["RunTask", "ChangeMessageVisibility", "StopTask"])).toEqual({
      RunTask: 1,
      ChangeMessageVisibility: 1,
      StopTask: 0,
    });
    expect(await launchRunner(toSqsEvent([completed]))).toEqual({ batchItemFailures: [] });
    expect(countCalls(world, ["StopTask"])).toEqual({ StopTask: 1 });
  });

  it("starts nothing for a job whose end was told before its beginning", async () => {
    const { world, repository, launchRunner } = await startInstance();
    const queued = createQueued(repository, { id: 1 });
    const completed = queued.replace('"action":"queued"', '"action":"completed"');
    await launchRunner(toSqsEvent([completed, queued]));
    expect(countCalls(world, launchCalls)).toMatchObject({
      "POST generate-jitconfig": 0,
      RunTask: 0,
    });
  });

  it.each([
    ["an owner who is not served", { owner: "mallory", fullName: "mallory/app" }],
    ["a public repository", { private: false }],
  ])("starts nothing for %s", async (_what, overrides) => {
    const { world, repository, launchRunner } = await startInstance();
    const { id, fullName, owner } = repository;
    const told = { id, fullName, owner: owner.login, ownerType: owner.type, private: true };
    const queued = createQueued(repository, { id: 1, repository: { ...told, ...overrides } });
    expect(await launchRunner(toSqsEvent([queued]))).toEqual({ batchItemFailures: [] });
    expect(countCalls(world, [...launchCalls, "PutItem"])).toEqual({
      "POST access_tokens": 0,
      "POST generate-jitconfig": 0,
      RunTask: 0,
      PutItem: 0,
    });
  });
});
