import { describe, expect, it } from "vitest";

import { checkJob } from "../../functions/core/check-job.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import { jobId, jobItem, start } from "./builders.ts";
import { createFakeWorld } from "./fakes.ts";

function failing(error: Error) {
  const world = createFakeWorld();
  world.faults.set("readJob", [
    () => {
      throw error;
    },
  ]);
  return checkJob(jobItem(), world.ports);
}

describe("checkJob", () => {
  it("tells where GitHub says that the job stands", async () => {
    const world = createFakeWorld();
    world.states.set(jobId, { status: "completed", conclusion: "success" });
    expect(await checkJob(jobItem(), world.ports)).toEqual({
      kind: "job-checked",
      jobKey: "4711-1",
      state: { status: "completed", conclusion: "success" },
    });
  });

  it("waits when GitHub is over its limit or away", async () => {
    const failed = { kind: "check-failed", jobKey: "4711-1" };
    expect(await failing(new GitHubError("GitHubUnavailable", "502"))).toEqual(failed);
    const limited = new GitHubError("GitHubRateLimited", "403", start);
    expect(await failing(limited)).toEqual({ ...failed, retryAt: start });
  });

  it("tells of what a person has to see to", async () => {
    const error = new GitHubError("InstallationGone", "404");
    expect(await failing(error)).toEqual({ kind: "check-failed", jobKey: "4711-1", error });
  });

  it("does not hide a mistake of ours", async () => {
    await expect(failing(new TypeError("x is undefined"))).rejects.toThrow("x is undefined");
  });
});
