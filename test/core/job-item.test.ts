import { describe, expect, it } from "vitest";

import { claimJob, liveLaunch, newestLaunch, stepJob } from "../../functions/core/job-item.ts";
import { retention } from "../../functions/core/waits.ts";
import { circumstances, jobItem, launchingItem, launchOf, runnerSpec, start } from "./builders.ts";

describe("claimJob", () => {
  it.each([
    [0, "FARGATE_SPOT"],
    [1, "CODEBUILD"],
    [2, "CODEBUILD"],
    [9, "CODEBUILD"],
  ] as const)("on rung %d takes %s", (rung, provider) => {
    const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "CODEBUILD"] });
    const { launches } = claimJob(jobItem({ spec, rung }), circumstances());
    expect(launches).toMatchObject([{ number: 1, provider }]);
  });

  it("takes FARGATE where there is no ladder", () => {
    const item = jobItem({ spec: runnerSpec({ rungs: [] }) });
    expect(claimJob(item, circumstances()).launches).toMatchObject([{ provider: "FARGATE" }]);
  });

  it("never uses a number twice, and remembers when the first claim was", () => {
    const first = claimJob(jobItem(), circumstances());
    const later = claimJob(first, circumstances({ now: start + 1 }));
    expect(later.launches.map(({ number }) => number)).toEqual([1, 2]);
    expect(later.times).toMatchObject({ claimed: start, tried: start });
  });

  it("forgets launches that are over, but for the last three of each provider", () => {
    const over = { outcome: "not-started", reason: "no capacity" } as const;
    const launches = [
      launchOf(1, { provider: "CODEBUILD", ...over }),
      launchOf(2),
      launchOf(3, over),
      launchOf(4, { outcome: "started" }),
      launchOf(5, { outcome: "ended" }),
      ...[6, 7, 8].map((number) => launchOf(number, over)),
    ];
    const claimed = claimJob(jobItem({ launches }), circumstances());
    expect(claimed.launches.map(({ number }) => number)).toEqual([1, 2, 4, 6, 7, 8, 9]);
  });
});

describe("stepJob", () => {
  it("drops what belonged to the step before", () => {
    const item = launchingItem({ reason: "no capacity" });
    const stepped = stepJob(item, { status: "running" }, start + 1);
    const { lease: _lease, wakeAt: _wakeAt, reason: _reason, ...kept } = item;
    expect(stepped).toEqual({
      ...kept,
      status: "running",
      owed: [],
      expiresAt: start + 1 + retention,
    });
  });
});

describe("newestLaunch, liveLaunch", () => {
  it("tell the launch decided last and the one whose runner is awaited", () => {
    const live = launchOf(1, { outcome: "started" });
    const newest = launchOf(2, { outcome: "not-started" });
    const item = jobItem({ launches: [live, newest] });
    expect(newestLaunch(item)).toBe(newest);
    expect(liveLaunch(item)).toBe(live);
    expect(newestLaunch(jobItem())).toBeUndefined();
    expect(liveLaunch(jobItem())).toBeUndefined();
  });
});
