import { describe, expect, it } from "vitest";

import { runnerEnvironment, runnerTags } from "../../functions/core/runner-environment.ts";
import { jobItem, launchingItem, launchOf, queuedJob } from "./builders.ts";

const runnerName = "tornade-4711-1-2";

describe("runnerEnvironment", () => {
  it("tells the runner whose it is, its name first", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2, { provider: "CODEBUILD" })] });
    const environment = runnerEnvironment(item, { runnerName, idleSeconds: 300 });
    expect(Object.entries(environment)).toEqual([
      ["RUNNER_NAME", runnerName],
      ["TORNADE_JOB_ID", "4711"],
      ["TORNADE_RUN_ID", "99"],
      ["TORNADE_RUN_ATTEMPT", "1"],
      ["TORNADE_REPOSITORY", "acme/app"],
      ["TORNADE_PROVIDER", "CODEBUILD"],
      ["TORNADE_IDLE_SECONDS", "300"],
      ["TORNADE_TIMEOUT_SECONDS", "21600"],
    ]);
  });

  it("tells the reason of a refusal, and no provider before a launch", () => {
    const item = jobItem({ refusal: "label 'x' is odd" });
    expect(runnerEnvironment(item, { runnerName, idleSeconds: 300 })).toMatchObject({
      TORNADE_REFUSAL: "label 'x' is odd",
      TORNADE_PROVIDER: "",
    });
  });
});

describe("runnerTags", () => {
  it("says for people whose runner it is", () => {
    const item = jobItem({ job: queuedJob({ name: "test (18, linux)" }) });
    expect(runnerTags(item, runnerName)).toEqual({
      "tornade:runner": runnerName,
      "tornade:repository": "acme/app",
      "tornade:run": "99",
      "tornade:job": "4711",
      "tornade:job-name": "test (18, linux)",
    });
  });
});
