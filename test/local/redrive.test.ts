import { describe, expect, it } from "vitest";

import type { DeadLetter } from "../../local/dead-letter.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createQueued } from "../support/sqs-event.ts";
import { countCalls, start } from "../support/test-world.ts";
import {
  collectLetters,
  createDeadLetterStage,
  createLoopbackClient,
} from "./dead-letter-stage.ts";

const poison = '{"version":2,"kind":"job"}';
const wake = '{"version":1,"kind":"wake","itemId":"job#1-1"}';

/** A stage whose functions are stopped, so that what is brought back stays to be looked at. */
async function createStage() {
  const stage = await createDeadLetterStage();
  const { world, queueUrl, deadLetterQueueUrl } = stage;
  const repository = world.gitHub.addRepository({ fullName: "acme/app" });
  await world.stop();
  const queue = { client: createLoopbackClient(queueUrl), queueUrl, deadLetterQueueUrl };
  const run = async (dryRun = false): Promise<readonly DeadLetter[]> =>
    collectLetters({ ...queue, dryRun });
  const queued = (id: number) => createQueued(repository, { id });
  return { ...stage, repository, run, queued };
}

describe("redrive", () => {
  it("brings a message back in the group of its repository", async () => {
    const { run, setAside, queued, repository, receive, ...stage } = await createStage();
    await setAside(queued(1), "version should be 0, got 1");
    expect(await run()).toEqual([
      {
        messageId: containing(/./u),
        sentAt: start,
        about: "job 1 of acme/app, queued",
        reason: "version should be 0, got 1",
      },
    ]);
    expect(await receive("jobs")).toMatchObject([
      { Body: queued(1), Attributes: { MessageGroupId: String(repository.id) } },
    ]);
    expect(await stage.count("dead")).toEqual([0, 0]);
  });

  it("brings a reminder back, which has no group", async () => {
    const { run, setAside, receive } = await createStage();
    await setAside(wake);
    expect(await run()).toMatchObject([{ about: "a reminder of job#1-1" }]);
    const [message] = await receive("jobs");
    expect(message?.Body).toBe(wake);
    expect(message?.Attributes).not.toHaveProperty("MessageGroupId");
  });

  it("brings a message back that was received too often", async () => {
    const { run, send, receive, queued, world } = await createStage();
    await send(queued(1));
    for (let receives = 0; receives <= 10; receives += 1) {
      await receive("jobs");
      await world.pass(1_000);
    }
    const [letter] = await run();
    expect(letter).toMatchObject({ about: "job 1 of acme/app, queued", sentAt: start });
    expect(letter).not.toHaveProperty("reason");
    expect(await receive("jobs")).toMatchObject([
      { Body: queued(1), Attributes: { ApproximateReceiveCount: "1" } },
    ]);
  });

  it("does nothing where there is nothing", async () => {
    const { run, count } = await createStage();
    expect(await run()).toEqual([]);
    expect(await count("jobs")).toEqual([0, 0]);
  });

  it("leaves what still cannot be read, for all to see, and brings the rest back", async () => {
    const { run, setAside, queued, count } = await createStage();
    for (let id = 1; id <= 25; id += 1) {
      await setAside(id % 5 === 0 ? poison : queued(id), "version should be 0");
    }
    const letters = await run();
    const left = letters.filter(({ stays }) => stays !== undefined);
    expect([letters.length, left.length]).toEqual([25, 5]);
    expect(left[0]?.stays).toBe("message is not an envelope: version should be 1, got 2");
    expect(await count("jobs")).toEqual([20, 0]);
    expect(await count("dead")).toEqual([5, 0]);
  });

  it("only looks when it runs dry", async () => {
    const { run, setAside, queued, count } = await createStage();
    await setAside(queued(1));
    await setAside(poison);
    expect((await run(true)).filter(({ stays }) => stays !== undefined)).toHaveLength(1);
    expect(await count("jobs")).toEqual([0, 0]);
    expect(await count("dead")).toEqual([2, 0]);
  });

  it("brings duplicates back, but nothing twice that functions without the fix return", async () => {
    const { run, setAside, queued, count, outside, world } = await createStage();
    await setAside(queued(1));
    await setAside(queued(1));
    await world.pass(60);
    outside.meddle = async (call, next) => {
      const answer = await next();
      if (call === "SendMessage") await setAside(queued(1), "version should be 0, got 1");
      return answer;
    };
    const letters = await run();
    expect(letters.map(({ stays }) => stays)).toEqual([
      undefined,
      undefined,
      containing("deploy the fix before"),
      containing("deploy the fix before"),
    ]);
    expect(await count("jobs")).toEqual([2, 0]);
    expect(await count("dead")).toEqual([2, 0]);
  });
});

/** Calls of a run that has two messages to bring back and one to leave. */
const calls = ["receive", "send", "send", "delete", "delete", "receive", "release"] as const;
const failures = calls.flatMap((call, index) =>
  (["before", "after"] as const).map((when) => ({ call, index, when })),
);

describe("redrive, when it fails", () => {
  it.each(failures)(
    "loses nothing where call $index ($call) and all later ones fail $when their effect",
    async ({ call, index, when }) => {
      const { run, setAside, queued, receive, world, outside, ...stage } = await createStage();
      for (const body of [queued(1), queued(2), poison]) await setAside(body);
      let made = 0;
      outside.meddle = async (_call, next) => {
        made += 1;
        if (made <= index) return next();
        if (made === index + 1 && when === "after") await next();
        return jsonResponse(400, { __type: "AccessDenied", message: "no more" });
      };
      await expect(run()).rejects.toThrow(
        call === "release" ? /^what stays is hidden for 15 minutes: no more$/u : /^no more$/u,
      );
      expect(made).toBeGreaterThan(index);

      outside.meddle = async (_call, next) => next();
      await world.pass(900);
      expect((await run()).filter(({ stays }) => stays !== undefined)).toHaveLength(1);
      const bodies = (await receive("jobs")).map(({ Body: body }) => body);
      expect(new Set(bodies)).toEqual(new Set([queued(1), queued(2)]));
      expect(bodies.length).toBeLessThanOrEqual(4);
      expect(await stage.count("dead")).toEqual([1, 0]);
    },
  );

  it("has a job served once although its message was sent and not deleted", async () => {
    const { world, outside, setAside, ...stage } = await createDeadLetterStage();
    const repository = world.gitHub.addRepository({ fullName: "acme/app" });
    const queue = { ...stage, client: createLoopbackClient(stage.queueUrl), dryRun: false };
    const run = async () => collectLetters(queue);
    await setAside(createQueued(repository, { id: 1 }));
    outside.meddle = async (call, next) =>
      call === "DeleteMessage"
        ? jsonResponse(400, { __type: "AccessDenied", message: "not you" })
        : next();
    await expect(run()).rejects.toThrow("not you");

    outside.meddle = async (_call, next) => next();
    expect(await run()).toHaveLength(1);
    await world.pass(5);
    expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
  });

  it("shows what it can again where one batch of what stays cannot be", async () => {
    const { run, setAside, outside, count } = await createStage();
    for (let index = 1; index <= 12; index += 1) await setAside(poison);
    let releases = 0;
    outside.meddle = async (call, next) => {
      if (call !== "ChangeMessageVisibilityBatch" || (releases += 1) > 1) return next();
      return jsonResponse(400, { __type: "AccessDenied", message: "not you" });
    };
    await expect(run()).rejects.toThrow("what stays is hidden for 15 minutes: not you");
    expect(await count("dead")).toEqual([2, 10]);
  });
});
