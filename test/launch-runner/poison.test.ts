import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";

import type { ConsumeQueue } from "../../simulator/world.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createClientConfig } from "../support/client-config.ts";
import { containing } from "../support/containing.ts";
import { listTasks, readDeadLetters } from "../support/machines.ts";
import { countCalls, createTestWorld, readJobItem } from "../support/test-world.ts";

const mebibyte = 1_048_576;

/** A world in which launch-runner cannot read what `isPoisoned` holds for, as if a field were new to it. */
async function createPoisonedWorld(isPoisoned: (body: string) => boolean) {
  const poison = { isOn: true };
  const betweenQueue = (next: ConsumeQueue): ConsumeQueue => {
    return async ({ Records: records }) =>
      next({
        Records: records.map((record) => {
          const isSpoilt = poison.isOn && isPoisoned(record.body);
          return isSpoilt
            ? { ...record, body: record.body.replace('"version":1', '"version":2') }
            : record;
        }),
      });
  };
  return { poison, world: await createTestWorld({ betweenQueue }) };
}

describe("createLaunchRunner, given what it cannot read", () => {
  it.each([
    [
      "control characters",
      '{"version":1,"kind":"\\u0000\\u001b[2J\\ud800"}',
      "got '\uFFFD\uFFFD[2J\uFFFD'",
    ],
    ["no text but noise", "\u00FF\u00FE\uFFFD\u{1F4A3}\t\r\n", "message is not an envelope: "],
    ["256 KiB", `{"version":1,"kind":"${"x".repeat(262_000)}"}`, "got 'xxx"],
    ["the mebibyte that SQS takes", `"${"\u00E4".repeat(mebibyte / 2 - 1)}"`, undefined],
    ["a depth of 100,000", "[".repeat(100_000), "message is not an envelope: "],
  ])("sets a message of %s aside at once, whole", async (_what, body, reason) => {
    const world = await createTestWorld();
    const sqs = new SQSClient(createClientConfig(world.aws.handle));
    const message = { QueueUrl: world.account.queueUrl, MessageBody: body, MessageGroupId: "7" };
    await sqs.send(new SendMessageCommand(message));
    await world.pass(1);
    const [letter, ...more] = await readDeadLetters(world);

    expect(more).toEqual([]);
    expect(letter?.Body).toBe(body);
    const told = letter?.MessageAttributes?.["reason"]?.StringValue;
    expect(told).toEqual(reason === undefined ? undefined : containing(reason));
    expect(told?.length ?? 0).toBeLessThanOrEqual(1_000);
    const copy = world.calls.find(({ name }) => name === "SendMessage");
    expect(copy?.request.body).toContain('"MessageGroupId":"7"');
    expect(world.lines.join("").length).toBeLessThan(3_000);
  });
});

describe("a job whose message is dead-lettered", () => {
  it.each([
    ["seen", 1],
    ["never seen", 0],
  ])(
    "is served once it can be read, without a row and in a repository %s before",
    async (_w, before) => {
      const { world, poison } = await createPoisonedWorld((body) => body.includes('"poisoned"'));
      for (let job = 0; job < before; job += 1) world.queueJob({ durationMilliseconds: 90_000 });
      await world.pass(240);
      const job = world.queueJob({ name: "poisoned" });
      await world.pass(400);
      expect(world.gitHub.findJob(job.id)).toMatchObject({ status: "queued" });
      // As often as it was told of, so often it was set aside; GitHub believes that all is well.
      expect((await readDeadLetters(world)).length).toBeGreaterThan(1);
      expect(world.gitHub.deliveries().map(({ statusCode }) => statusCode)).not.toContain(503);
      expect(await listTasks(world)).toEqual([]);

      poison.isOn = false;
      await world.pass(1_000);
      expect(world.gitHub.findJob(job.id)).toMatchObject({ conclusion: "success" });
      expect(countCalls(world, ["RunTask", "POST attempts"])).toEqual({
        RunTask: before + 1,
        "POST attempts": 0,
      });
    },
  );

  it("is served all the same when its row exists: the row comes due", async () => {
    const { world, poison } = await createPoisonedWorld((body) => body.includes('"kind":"wake"'));
    world.outside.intercept = async (call, next) =>
      call === "POST generate-jitconfig" ? jsonResponse(502, { message: "Server Error" }) : next();
    const job = world.queueJob();
    await world.pass(300);
    expect(await readJobItem(world, job)).toMatchObject({ status: "parked" });
    expect((await readDeadLetters(world)).length).toBeGreaterThan(0);

    poison.isOn = false;
    world.outside.intercept = async (_call, next) => next();
    await world.pass(300);
    expect(world.gitHub.findJob(job.id)).toMatchObject({ conclusion: "success" });
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });
});
