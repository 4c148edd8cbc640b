import { describe, expect, it } from "vitest";

import { findSmallest } from "../../../simulator/simulation/find-smallest.ts";

const violated = { invariant: "one runner a job", at: 0, details: "two" };

/** Fails from so many jobs on. */
function failsFrom(least: number) {
  const tried: number[] = [];
  const attempt = async (jobs: number) => {
    tried.push(jobs);
    return { queued: jobs, violated: jobs >= least ? violated : undefined };
  };
  return { tried, attempt };
}

describe("findSmallest", () => {
  it.each([
    [100, 1, 1],
    [100, 37, 37],
    [100, 100, 100],
    [1, 1, 1],
  ])("of %d failing jobs finds that it takes %d", async (jobs, least, found) => {
    const { attempt } = failsFrom(least);

    expect((await findSmallest({ jobs, violated }, attempt)).jobs).toBe(found);
  });

  it("gives up after eight runs", async () => {
    const { attempt, tried } = failsFrom(123_457);

    const { jobs } = await findSmallest({ jobs: 1_000_000, violated }, attempt);

    expect(tried).toHaveLength(8);
    expect(jobs).toBeGreaterThanOrEqual(123_457);
    expect(jobs).toBeLessThan(130_000);
  });

  it("takes the number of jobs that were there when it happened", async () => {
    const found = await findSmallest({ jobs: 100, violated }, async (jobs) => ({
      queued: Math.min(jobs, 9),
      violated: jobs > 8 ? violated : undefined,
    }));

    expect(found.jobs).toBe(9);
  });
});
