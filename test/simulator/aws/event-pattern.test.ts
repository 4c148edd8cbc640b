import { describe, expect, it } from "vitest";

import { stateChangePatterns } from "../../../functions/core/state-change.ts";
import { matchesPattern } from "../../../simulator/aws/event-pattern.ts";

const task = stateChangePatterns["ECS Task State Change"];
const build = stateChangePatterns["CodeBuild Build State Change"];

describe("matchesPattern", () => {
  it.each([
    [{ lastStatus: "STOPPED", clusterArn: "arn" }, task, true],
    [{ lastStatus: "RUNNING" }, task, false],
    [{}, task, false],
    [{ lastStatus: 7 }, task, false],
    [{ "build-status": "SUCCEEDED" }, build, true],
    [{ "build-status": "IN_PROGRESS" }, build, false],
    [{}, build, false],
  ])("passes on what the pattern names, and no more: %j, %j: %s", (detail, pattern, passed) => {
    expect(matchesPattern(detail, pattern)).toBe(passed);
  });
});
