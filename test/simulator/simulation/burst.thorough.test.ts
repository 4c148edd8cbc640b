import { describe, expect, it } from "vitest";

import type { EpisodeKind } from "../../../simulator/simulation/episodes.ts";
import { simulate, type SimulationReport } from "../../../simulator/simulation/simulate.ts";

const jobs = 1_000;

async function burst(
  workload: EpisodeKind,
  faults: ReadonlySet<never> | "all" = new Set(),
): Promise<SimulationReport> {
  return simulate({ jobs, seed: 1, faults, workload });
}

describe("a burst of 1,000 jobs", () => {
  // GitHub registers 180 runners of an installation a minute: the 990th launch is due after 330 seconds.
  it("of one owner is launched nearly as fast as GitHub registers runners", async () => {
    const { violations, webhookToLaunch, launches, calls } = await burst("burst-of-one-owner");

    expect(violations).toEqual([]);
    expect(launches).toBe(jobs);
    expect(webhookToLaunch.p99).toBeLessThan(1.4 * 330_000);
    expect(calls["github POST generate-jitconfig"]).toBeLessThan(1.2 * launches);
  });

  // Of four owners it is some 250 each: 83 seconds. RunTask takes a hundred at once and 20 a second.
  it("of several owners is launched nearly as fast as GitHub and RunTask allow", async () => {
    const { violations, webhookToLaunch, launches, calls } = await burst("burst");

    expect(violations).toEqual([]);
    expect(launches).toBe(jobs);
    expect(webhookToLaunch.p99).toBeLessThan(1.5 * 83_000);
    expect((calls["aws RunTask"] ?? 0) + (calls["aws StartBuild"] ?? 0)).toBeLessThan(1.2 * jobs);
  });

  // Sixty builds run at once, for some 61 seconds each, and three hundred more wait in CodeBuild: the
  // others are refused by its quota, and the 990th begins after 1,007 seconds.
  it("of builds drains as fast as CodeBuild's quota allows", async () => {
    const { violations, queuedToRunning, launches, calls } = await burst("burst-of-builds");

    expect(violations).toEqual([]);
    expect(launches).toBe(jobs);
    expect(queuedToRunning.p99).toBeLessThan(1.1 * 1_007_000);
    expect(calls["aws StartBuild"]).toBeLessThan(2 * jobs);
  });

  it.each(["burst", "burst-of-one-owner", "burst-of-builds"] as const)(
    "%s is served with every fault switched on",
    async (workload) => {
      expect((await burst(workload, "all")).violations).toEqual([]);
    },
  );
});
