import { describe, expect, it } from "vitest";

import { simulate } from "../../../simulator/simulation/simulate.ts";

describe("a burst of 1,000 jobs", () => {
  // GitHub registers 180 runners of an installation a minute: the 990th launch is due after 330 seconds.
  it("of one owner is launched nearly as fast as GitHub registers runners", async () => {
    const options = {
      jobs: 1_000,
      faults: new Set<never>(),
      workload: "burst-of-one-owner",
    } as const;
    const { violations, webhookToLaunch, launches, calls } = await simulate({
      ...options,
      seed: 1,
    });

    expect(violations).toEqual([]);
    expect(launches).toBe(1_000);
    expect(webhookToLaunch.p99).toBeLessThan(1.4 * 330_000);
    expect(calls["github POST generate-jitconfig"]).toBeLessThan(1.2 * launches);
  });
});
