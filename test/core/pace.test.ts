import { describe, expect, it } from "vitest";

import { createPace, serviceOf } from "../../functions/core/pace.ts";

const message = "as told";

function createTest() {
  const clock = { now: 0 };
  return { clock, pace: createPace(() => clock.now) };
}

describe("createPace", () => {
  it("hands out turns one after another, from when the limit ends", () => {
    const { pace } = createTest();
    const turns = [60_000, 60_000, 59_000, 70_000].map((from) =>
      pace.queueUp("owner acme", { from, message }),
    );
    expect(turns).toEqual([60_000, 60_500, 61_000, 70_000]);
  });

  it("has a queue for each owner and each service", () => {
    const { pace } = createTest();
    const limited = ["owner acme", "owner initech", "Fargate", "CodeBuild"] as const;
    const turns = limited.map((one) => pace.queueUp(one, { from: 1_000, message }));
    expect(turns).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  it("tells why others wait until the last of them has had its turn", () => {
    const { clock, pace } = createTest();
    expect(pace.whyWait("Fargate")).toBeUndefined();
    pace.queueUp("Fargate", { from: 0, message: "first" });
    pace.queueUp("Fargate", { from: 0, message: "last" });
    clock.now = 499;
    expect(pace.whyWait("Fargate")).toBe("last");
    expect(pace.whyWait("CodeBuild")).toBeUndefined();
    clock.now = 500;
    expect(pace.whyWait("Fargate")).toBeUndefined();
  });
});

describe("noteSuccess", () => {
  it("has nobody new wait once ten tries in a row were let through", () => {
    const { pace } = createTest();
    for (let time = 0; time < 100; time += 1) pace.queueUp("Fargate", { from: 0, message });
    for (let time = 0; time < 9; time += 1) pace.noteSuccess("Fargate");
    expect(pace.whyWait("Fargate")).toBe(message);
    pace.noteSuccess("CodeBuild");
    expect(pace.whyWait("Fargate")).toBe(message);
    pace.noteSuccess("Fargate");
    expect(pace.whyWait("Fargate")).toBeUndefined();
    expect(pace.queueUp("Fargate", { from: 7, message })).toBe(7);
  });

  it("counts anew once somebody was throttled", () => {
    const { pace } = createTest();
    for (let time = 0; time < 100; time += 1) pace.queueUp("Fargate", { from: 0, message });
    for (let time = 0; time < 9; time += 1) pace.noteSuccess("Fargate");
    pace.queueUp("Fargate", { from: 0, message });
    pace.noteSuccess("Fargate");
    expect(pace.whyWait("Fargate")).toBe(message);
  });
});

describe("serviceOf", () => {
  it.each([
    ["FARGATE", "Fargate"],
    ["FARGATE_SPOT", "Fargate"],
    ["CODEBUILD", "CodeBuild"],
  ] as const)("knows that %s is limited by %s", (provider, service) => {
    expect(serviceOf(provider)).toBe(service);
  });
});
