import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Lab, openLab } from "../../bench/lab.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => {
  lab.close();
});

const webhookCalls = { GetParameters: 1, SendMessage: 3 };
const launchCalls = {
  GetParameters: 1,
  access_tokens: 1,
  PutItem: 9,
  "generate-jitconfig": 3,
  RunTask: 3,
};

describe("openLab", () => {
  it.each([
    ["webhook", "queued", webhookCalls],
    ["webhookFloor", "queued", webhookCalls],
    ["webhook", "ignored", { GetParameters: 1 }],
    ["webhookFloor", "ignored", { GetParameters: 1 }],
    ["launch", "launch", launchCalls],
    ["launchFloor", "launch", launchCalls],
    ["launchWithoutLedger", "launch", { ...launchCalls, PutItem: undefined }],
  ] as const)("counts what %s asks for when it is given events (%s)", async (name, work, calls) => {
    const plan = { target: lab.targets[name].module, ...lab.work[work], warmUp: 1, count: 1 };
    await lab.restart(0);
    const sample = await lab.prepare(plan)();
    expect(sample.events).toBe(3);
    expect(sample.durations).toHaveLength(1);
    expect(sample.cpuMs).toBeGreaterThan(0);
    expect((await lab.restart(0)).calls).toEqual(calls);
  });

  it("fails where a function answers anything else than expected", async () => {
    const plan = { target: lab.targets.webhookFloor.module, ...lab.work.queued };
    const run = lab.prepare({ ...plan, expected: "nothing like it", warmUp: 0, count: 0 });
    await expect(run()).rejects.toThrow(
      "a sample ended with 1: Error: answer should have nothing like it, got",
    );
  });

  it("makes every answer wait when told to", async () => {
    const plan = { target: lab.targets.webhookFloor.module, ...lab.work.queued };
    await lab.restart(30);
    const { firstMs } = await lab.prepare({ ...plan, warmUp: 0, count: 0 })();
    expect(firstMs).toBeGreaterThan(29);
  });
});
