import { describe, expect, it } from "vitest";

import { owners, repositories } from "../../../simulator/simulation/draw-job.ts";
import {
  type Episode,
  type EpisodeKind,
  episodeKinds,
  episodeNames,
} from "../../../simulator/simulation/episodes.ts";
import { createStreams } from "../../../simulator/simulation/seeded-random.ts";
import { type Arrival, planWorkload } from "../../../simulator/simulation/workloads.ts";

function take(seed: number, count: number): readonly Arrival[] {
  const workload = planWorkload(createStreams(seed)("workload"));
  return Array.from({ length: count }, () => workload.next().value);
}

function plan(kind: EpisodeKind): Episode {
  const random = createStreams(1)(kind);
  return episodeKinds[kind].plan({ random, repository: "acme/app-1" });
}

describe("planWorkload", () => {
  it("begins with the same jobs however many are taken", () => {
    expect(take(1, 50)).toEqual(take(1, 500).slice(0, 50));
  });

  it("queues jobs in order of time", () => {
    const times = take(2, 3_000).map(({ after }) => after);

    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it("keeps below the launches that GitHub's hourly limits allow for", () => {
    const arrivals = take(3, 20_000);
    const hours = (arrivals.at(-1)?.after ?? 0) / 3_600_000;

    expect(arrivals.length / hours).toBeLessThan(owners.length * 5_000);
  });

  it("mixes what people do with jobs", () => {
    const arrivals = take(4, 5_000);

    expect(arrivals.some(({ releaseAfter }) => releaseAfter !== undefined)).toBe(true);
    expect(arrivals.some(({ cancelAfter }) => cancelAfter !== undefined)).toBe(true);
    expect(arrivals.some(({ rerun }) => rerun)).toBe(true);
    expect(new Set(arrivals.map(({ job }) => job.repository)).size).toBe(repositories.length);
  });

  it("gives runs numbers that are never used again", () => {
    const runs = take(5, 2_000).map(({ run }) => run);

    expect(runs).toEqual(runs.toSorted((one, other) => one - other).slice(0, runs.length));
  });
});

describe("episodeKinds", () => {
  it.each(episodeNames)("gives %s in order of time", (kind) => {
    const times = plan(kind).map(({ after }) => after);

    expect(times.length).toBeGreaterThan(0);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it("has a matrix of 256 jobs in one run, at once", () => {
    const matrix = plan("matrix");

    expect(matrix).toHaveLength(256);
    expect(new Set(matrix.map(({ after, run }) => `${after} ${run}`)).size).toBe(1);
  });

  it("has a burst of 1,000 jobs within 5 seconds", () => {
    const burst = plan("burst");

    expect(burst).toHaveLength(1_000);
    expect(burst.at(-1)?.after).toBeLessThan(5_000);
  });

  it("has a burst of builds alone", () => {
    const builds = plan("burst-of-builds");

    expect(builds).toHaveLength(1_000);
    expect(builds.every(({ job }) => job.labels.includes("runs-on=CODEBUILD"))).toBe(true);
  });

  it("has one repository that floods while others go on", () => {
    const counts = Map.groupBy(plan("flood"), ({ job }) => job.repository);

    expect(counts.get("acme/app-1")?.length).toBeGreaterThanOrEqual(150);
    expect(counts.size).toBeGreaterThan(5);
  });

  it("has labels of which one set is part of the other", () => {
    const sets = plan("subsets").map(({ job }) => job.labels);
    const pairs = sets.flatMap((one) =>
      sets.filter(
        (other) => one.length < other.length && one.every((label) => other.includes(label)),
      ),
    );

    expect(pairs).not.toEqual([]);
  });

  it("has runs of which some jobs fail and are run again", () => {
    const rerun = plan("reruns");

    expect(rerun.filter((planned) => planned.rerun)).toHaveLength(1);
    expect(rerun[0]?.job.conclusion).toBe("failure");
  });

  it("has jobs that are held back until they are released", () => {
    for (const { job, releaseAfter } of plan("approvals")) {
      expect(["waiting", "pending"]).toContain(job.status);
      expect(releaseAfter).toBeDefined();
    }
  });
});
