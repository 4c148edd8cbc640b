import { describe, expect, it } from "vitest";

import { jobItemId } from "../../functions/core/ledger.ts";
import { createShortages } from "../../functions/core/shortages.ts";
import { jobItem, launchOf, queuedJob, runnerSpec } from "./builders.ts";

const started = { kind: "started", computeId: "task-1" } as const;
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

  it("lets nobody find out about a size who is told no for his image", () => {
    const { clock, shortages } = createTest();
    const denied = { kind: "denied", message: "image cannot be pulled" } as const;
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    clock.now = 3_600_000;
    const broken = { ...item, spec: runnerSpec({ image: "broken" }), id: jobItemId("2-1") };
    for (let time = 0; time < 2; time += 1) {
      shortages.note({ ...broken, id: "job#3-1" }, launch, denied);
    }
    expect(shortages.find(broken, launch)).toEqual(denied);
    expect(shortages.find(item, launch)).toBeUndefined();
  });

  it("lets one at a time find out, and the next one as soon as that was let through", () => {
    const { clock, shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    clock.now = 10_000;
    const others = Array.from({ length: 12 }, (_, id) => ({
      ...item,
      id: jobItemId(`${id}-2`),
    }));
    const mayTry = () => others.filter((one) => shortages.find(one, launch) === undefined).length;

    expect(mayTry()).toBe(1);
    for (let made = 1; made <= 10; made += 1) {
      shortages.note(item, launch, started);
      expect(mayTry()).toBe(1);
    }
    shortages.note(item, launch, started);
    expect(mayTry()).toBe(others.length);
  });

  it("goes on after ten seconds where whoever was to find out has not told", () => {
    const { clock, shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    clock.now = 10_000;
    expect(shortages.find(item, launch)).toBeUndefined();
    clock.now = 19_999;
    expect(shortages.find(item, launch)).toEqual(failure);
    clock.now = 20_000;
    expect(shortages.find(item, launch)).toBeUndefined();
  });

  it("has it found out ever more seldom, to once a minute, while nothing is to be had", () => {
    const { clock, shortages } = createTest();
    const gaps: number[] = [];
    let last = 0;
    for (; clock.now < 400_000; clock.now += 1_000) {
      const other = { ...item, id: jobItemId(`${clock.now}-1`) };
      if (shortages.find(other, launch) !== undefined) continue;
      gaps.push(clock.now - last);
      last = clock.now;
      shortages.note(other, launch, failure);
    }
    expect(gaps.slice(2, 7)).toEqual([10_000, 10_000, 20_000, 40_000, 60_000]);
    shortages.note(item, launch, started);
    expect(shortages.find(item, launch)).toBeUndefined();
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

  it("begins to count anew after a runner was started", () => {
    const { shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    for (let time = 0; time < 11; time += 1) shortages.note(first, launch, started);
    shortages.note(first, launch, failure);
    expect(shortages.find(item, launch)).toBeUndefined();
  });

  it.each([
    { kind: "throttled", message: "slower" },
    { kind: "invalid", message: "too long" },
  ] as const)("remembers nothing of $kind, and forgets no shortage for it", (outcome) => {
    const { shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, outcome);
    expect(shortages.find(item, launch)).toBeUndefined();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, failure);
    shortages.note(first, launch, outcome);
    expect(shortages.find(item, launch)).toEqual(failure);
  });

  const denied = { kind: "denied", message: "no role" } as const;
  const elsewhere = queuedJob({ repository: { ...queuedJob().repository, fullName: "acme/lib" } });

  it.each([
    ["any size of its image", { ...item, spec: runnerSpec({ cpu: 4 }) }, launch, denied],
    ["no other image", { ...item, spec: runnerSpec({ image: "slim" }) }, launch, undefined],
    ["no other repository, whose role may do", { ...item, job: elsewhere }, launch, undefined],
    ["no other provider", item, { ...launch, provider: "CODEBUILD" }, undefined],
  ] as const)("tells what AWS denies to %s", (...[, other, its, told]) => {
    const { shortages } = createTest();
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, denied);
    expect(shortages.find(other, its)).toEqual(told);
  });

  it("tells all of a service that does not answer, as of one that has nothing to give", () => {
    const { shortages } = createTest();
    const unknown = { kind: "unknown", message: "500" } as const;
    for (let time = 0; time < 2; time += 1) shortages.note(first, launch, unknown);
    const other = { ...item, job: elsewhere, spec: runnerSpec({ cpu: 4 }) };
    expect(shortages.find(other, launch)).toEqual({ kind: "no-capacity", message: "500" });
  });
});
