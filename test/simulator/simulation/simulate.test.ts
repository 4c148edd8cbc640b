import { describe, expect, it } from "vitest";

import { simulate } from "../../../simulator/simulation/simulate.ts";

describe("simulate", () => {
  it("finds that everything holds where nothing goes wrong", async () => {
    const report = await simulate({ jobs: 40, seed: 1, faults: new Set() });

    expect(report.violations).toEqual([]);
    expect(report).not.toHaveProperty("smallest");
    expect(report.story).toEqual([]);
    expect(report.launches).toBeGreaterThan(30);
    expect(report.strikes).toEqual({});
    expect(report.calls).toMatchObject({ "github POST generate-jitconfig": report.launches });
    expect(report.calls).not.toHaveProperty("github GET deliveries");
    expect(report.reconcileCalls).toHaveProperty("github GET deliveries");
  });

  it("takes the timers of whatever else the process does for nobody's", async () => {
    const elsewhere = setInterval(() => setTimeout(() => {}, 0), 1);
    try {
      const { violations } = await simulate({ jobs: 20, seed: 1, faults: new Set() });
      expect(violations).toEqual([]);
    } finally {
      clearInterval(elsewhere);
    }
  });

  it("reports the same of the same seed but for the machine's own time", async () => {
    const reports = [
      await simulate({ jobs: 10, seed: 2, faults: new Set() }),
      await simulate({ jobs: 10, seed: 2, faults: new Set() }),
    ];
    const [one, other] = reports.map(({ machine: _machine, ...rest }) => rest);

    expect(one).toEqual(other);
  });

  it("finds a rule that is switched off, with few jobs, and tells the job's story", async () => {
    const report = await simulate({
      jobs: 60,
      seed: 1,
      faults: new Set(),
      sabotage: "sleep-in-handler",
    });

    expect(report.violations).not.toEqual([]);
    expect(report.sabotage).toBe("sleep-in-handler");
    expect(report.smallest).toBeLessThanOrEqual(2);
  });

  it("tells the story of the job asked for", async () => {
    const { story } = await simulate({
      jobs: 3,
      seed: 3,
      faults: new Set(),
      trace: 41_987_654_328,
    });

    expect(story.at(0)?.text).toMatch(/^job (?:queued|waiting|pending)$/u);
    expect(story.map(({ after }) => after)).toEqual(
      story.map(({ after }) => after).toSorted((one, other) => one - other),
    );
  });
});
