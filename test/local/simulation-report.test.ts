import { describe, expect, it } from "vitest";

import { describeReport } from "../../local/simulation-report.ts";
import type { SimulationReport } from "../../simulator/simulation/simulate.ts";

const report: SimulationReport = {
  seed: 7,
  jobs: 500,
  faults: ["killed-before"],
  violations: [],
  ends: { success: 480, refused: 20 },
  launches: 510,
  relaunches: 10,
  calls: {
    "github POST generate-jitconfig": 510,
    "github POST access_tokens": 51,
    "aws RunTask": 510,
    "aws StopTask": 5,
    "aws PutItem": 4_000,
  },
  reconcileCalls: { "github GET runs": 120, "github POST access_tokens": 6, "aws Query": 240 },
  logLines: {},
  webhookToLaunch: { p50: 276, p99: 1_230 },
  queuedToRunning: { p50: 33_000, p99: 66_000 },
  strikes: { "killed-before": 12 },
  simulatedMilliseconds: 3_600_000,
  machine: { milliseconds: 6_000, jobsPerSecond: 83.3, megabytes: 210 },
  digest: "0123456789abcdef".repeat(4),
  story: [],
};
const command = "npm run simulate -- --jobs 500 --seed 7 --faults killed-before";

const violation = {
  invariant: "one runner a job",
  jobId: 41_987_654_321,
  at: 0,
  details: `job has two live runners: ${"tornade-41987654321-1-1 and tornade-41987654321-1-2 ".repeat(3)}`,
};

describe("describeReport", () => {
  it("says that nothing was violated, what was counted, and how to see it again", () => {
    const text = describeReport(report, command);

    expect(text).toContain("no invariant was violated");
    expect(text).toMatch(/^ended as +480 success$/mu);
    expect(text).toMatch(/^webhook to launch +p50 276 ms, p99 1230 ms$/mu);
    expect(text).toMatch(/^memory +at most 210 MB$/mu);
    expect(text).toMatch(/^GitHub \+ compute calls +2\.00 to launch a runner, 0\.01 besides$/mu);
    expect(text).toMatch(/^GitHub tokens +0\.10 for each launch: kept for an hour$/mu);
    expect(text).toMatch(/^npm run simulate -- --jobs 500 --seed 7 --faults killed-before$/mu);
  });

  it("tells reconcile's calls apart, by the minute rather than by the job", () => {
    const [ofJobs = "", ofReconcile = ""] = describeReport(report, command).split(
      "calls of reconcile for each minute\n",
    );

    expect(ofJobs).toMatch(/^reconcile's of these +2\.10 a minute$/mu);
    expect(ofJobs).toMatch(/^aws PutItem +8\.00$/mu);
    expect(ofJobs).not.toContain("GET runs");
    expect(ofReconcile).toMatch(/^github GET runs +2\.00$/mu);
  });

  it("tells a violation and the story of its job", () => {
    const text = describeReport(
      {
        ...report,
        violations: [violation],
        smallest: 12,
        story: [{ after: 3_723_004, text: "launch-runner 3 RunTask: 200" }],
      },
      command,
    );

    expect(text).toContain("VIOLATION: one runner a job (job 41987654321)");
    expect(text).toContain("in the smallest run found, of 12 jobs");
    expect(text).toContain("01:02:03.004  launch-runner 3 RunTask: 200");
    expect(text).not.toContain("held");
  });

  it("stays within 80 columns", () => {
    const story = [{ after: 0, text: `launch-runner 1 says ${"x".repeat(200)}` }];
    const long = `${command},${"another-fault,".repeat(20)}last-fault`;
    const lines = describeReport({ ...report, violations: [violation], story }, long).split("\n");

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join("\n").replaceAll("\\\n", "")).toContain(long);
  });
});
