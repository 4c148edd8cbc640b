import { describe, expect, it } from "vitest";

import {
  describeLosses,
  describeShortage,
  describeStuck,
  describeTurn,
  describeUnsaid,
} from "../../functions/core/refusal-reason.ts";
import { jobItem, launchOf, runnerSpec } from "./builders.ts";

const capacity = "Capacity is unavailable at this time";
const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE", "CODEBUILD"] });
const item = jobItem({
  spec,
  launches: [
    launchOf(1, { provider: "FARGATE_SPOT", outcome: "not-started", reason: "older" }),
    launchOf(2, { provider: "FARGATE_SPOT", outcome: "not-started", reason: capacity }),
    launchOf(3, { provider: "FARGATE", outcome: "not-started", reason: "vCPU limit" }),
    launchOf(4, { provider: "CODEBUILD" }),
  ],
});
const waited = 3_600_000;

describe("describeShortage", () => {
  it("says for how long, what was tried in each place, and what to do", () => {
    const report = { kind: "no-capacity", number: 3, message: "vCPU limit" } as const;
    expect(describeShortage(item, report, waited)).toBe(
      `no runner could be started in 60 min: FARGATE_SPOT: ${capacity}; FARGATE: vCPU limit; ask for a smaller size, or for another provider with runs-on=`,
    );
  });

  it("names no time where time would not have helped", () => {
    const report = { kind: "invalid", number: 1, message: "labels too long" } as const;
    expect(describeShortage(jobItem(), report, waited)).toBe(
      "no runner could be started: labels too long; ask for a smaller size, or for another provider with runs-on=",
    );
  });

  it.each(["denied", "unregistered"] as const)(
    "does not send the developer to look for what the operator has to mend: %s",
    (kind) => {
      const report = { kind, number: 1, message: "not allowed" };
      expect(describeShortage(jobItem(), report, 0)).toBe(
        "no runner could be started in 0 min: not allowed; ask whoever operates tornade here",
      );
    },
  );

  it("is short and harmless, and tells of no account and no role, whatever AWS says", () => {
    const message = `::error::User: arn:aws:sts::123456789012:assumed-role/x/y in 210987654321 may not\n${"x".repeat(500)}`;
    const reason = launchOf(1, { outcome: "not-started", reason: message });
    const report = { kind: "denied", number: 1, message } as const;
    const told = describeShortage(jobItem({ launches: [reason] }), report, waited);
    expect(told).not.toMatch(/arn:|\d{12}|\n|::/u);
    expect(told.length).toBeLessThan(220);
  });
});

describe("describeLosses", () => {
  it("counts the runners, and tells how the last one ended", () => {
    expect(describeLosses(jobItem({ losses: 6 }), "runner x ended: died")).toBe(
      "6 runners in a row ended before the job began, the last: runner x ended: died; run the job again",
    );
  });
});

describe("describeUnsaid", () => {
  it("tells the reason first, then why the job's own log does not", () => {
    expect(describeUnsaid(jobItem({ refusal: "label 'x' is odd" }), "no capacity")).toBe(
      "label 'x' is odd (no runner could be started to say so: no capacity)",
    );
    expect(describeUnsaid(jobItem(), "no capacity")).toContain("no capacity");
  });
});

describe("describeStuck", () => {
  it("names the runner and the way out", () => {
    expect(describeStuck(jobItem(), "tornade-4711-1-1")).toMatch(
      /tornade-4711-1-1, which has ended.*#4598.*gh run cancel 99, then gh run rerun 99 --failed$/u,
    );
  });
});

describe("describeTurn", () => {
  it("says when the refusal will be told, and the refusal", () => {
    expect(describeTurn("label 'x' is odd", 60_001)).toBe(
      "refused, and reported in 2 min, as this repository has reached its limit of refusals per hour: label 'x' is odd",
    );
  });
});
