import { describe, expect, it } from "vitest";

import { createShortages } from "../../functions/core/shortages.ts";
import { jobItem, launchOf, runnerSpec } from "./builders.ts";

const failure = { kind: "no-capacity", message: "RESOURCE:CPU" } as const;
const item = jobItem({ waits: 1 });
const first = jobItem({ id: "job#1-1" });
const launch = launchOf(1);

function createTest() {
  const clock = { now: 0 };
  return { clock, shortages: createShortages(() => clock.now) };
}

describe("createShortages", () => {
  it.each([failure, { kind: "quota", message: "twenty at once" } as const])(
    "tells a job that has waited what another was told less than ten seconds ago: $kind",
    (told) => {
      const { clock, shortages } = createTest();
      expect(shortages.find(item, launch)).toBeUndefined();
      shortages.note(first, launch, failure);
      shortages.note(first, launch, told);
      clock.now = 9_999;
      expect(shortages.find(item, launchOf(7))).toEqual(told);
      clock.now = 10_000;
      expect(shortages.find(item, launch)).toBeUndefined();
    },
  );

  it("lets one that waits find out although new jobs are denied all the time", () => {
    const { clock, shortages } = createTest();
    for (; clock.now < 10_000; clock.now += 1_000) shortages.note(first, launch, failure);
    expect(shortages.find(item, launch)).toBeUndefined();
    shortages.note(item, launch, failure);
    expect(shortages.find({ ...item, id: "job#2-1" }, launch)).toEqual(failure);
  });

  it.each([
    ["has not waited yet", jobItem(), launch],
    ["was told so itself", { ...item, id: first.id }, launch],
    ["goes elsewhere", item, launchOf(1, { provider: "CODEBUILD" })],
    ["has another size", { ...item, spec: runnerSpec({ cpu: 4 }) }, launch],
    ["has another architecture", { ...item, spec: runnerSpec({ architecture: "ARM64" }) }, launch],
  ])("lets a job try that %s", (_what, other, its) => {
    const { shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    expect(shortages.find(other, its)).toBeUndefined();
  });

  it.each([
    { kind: "started", computeId: "task-1" } as const,
    { kind: "throttled", message: "slower" } as const,
  ])("forgets a shortage once the answer is another one: $kind", (outcome) => {
    const { shortages } = createTest();
    shortages.note(first, launch, failure);
    shortages.note(first, launch, outcome);
    shortages.note(first, launch, failure);
    expect(shortages.find(item, launch)).toBeUndefined();
  });
});
