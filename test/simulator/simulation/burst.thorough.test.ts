import { describe, expect, it } from "vitest";

import type { EpisodeKind } from "../../../simulator/simulation/episodes.ts";
import { simulate, type SimulationReport } from "../../../simulator/simulation/simulate.ts";

async function burst(workload: EpisodeKind, jobs = 1_000): Promise<SimulationReport> {
  return simulate({ jobs, seed: 1, faults: new Set(), workload });
}

describe("a burst", () => {
  // GitHub registers 180 runners of an installation a minute: the 990th launch is due after 330 seconds.
  it("of a thousand jobs of one owner is launched nearly as fast as GitHub registers runners", async () => {
    const { violations, webhookToLaunch, launches, calls } = await burst("burst-of-one-owner");

    expect(violations).toEqual([]);
    expect(launches).toBe(1_000);
    expect(webhookToLaunch.p99).toBeLessThan(1.4 * 330_000);
    expect(calls["github POST generate-jitconfig"]).toBeLessThan(1.2 * launches);
  });

  // Of four owners it is some 250 each: 83 seconds. RunTask takes a hundred at once and 20 a second.
  it("of a thousand jobs of several owners is launched nearly as fast as GitHub and RunTask allow", async () => {
    const { violations, webhookToLaunch, launches, calls } = await burst("burst");

    expect(violations).toEqual([]);
    expect(launches).toBe(1_000);
    expect(webhookToLaunch.p99).toBeLessThan(1.5 * 83_000);
    const asked = (calls["aws RunTask"] ?? 0) + (calls["aws StartBuild"] ?? 0);
    expect(asked).toBeLessThan(1.2 * launches);
  });

  // Sixty builds run at once, for some 61 seconds each, and three hundred more wait in CodeBuild: the
  // others are refused by its quota, and the 594th begins after 604 seconds.
  it("of builds drains as fast as CodeBuild's quota allows", async () => {
    const drained = await burst("burst-of-builds", 600);
    const { violations, queuedToRunning, launches, calls } = drained;

    expect(violations).toEqual([]);
    expect(launches).toBe(600);
    expect(queuedToRunning.p99).toBeLessThan(1.1 * 604_000);
    expect(calls["aws StartBuild"]).toBeLessThan(2 * launches);
  });
});
