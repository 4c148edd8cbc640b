import { describe, expect, it } from "vitest";

import { GitHubError } from "../../functions/core/github-error.ts";
import type { JobNotices } from "../../functions/core/job-notices.ts";
import { tellJob } from "../../functions/core/tell-job.ts";
import { jobItem, start } from "./builders.ts";
import { createFakeWorld } from "./fakes.ts";

const item = jobItem({ status: "failed", reason: "no capacity", owed: ["tell"] });

async function tell(post: JobNotices["post"]) {
  const world = createFakeWorld();
  const event = await tellJob(item, { ...world.ports, notices: { post } });
  return { event, lines: world.lines };
}

async function failing(error: Error) {
  return tell(async () => {
    throw error;
  });
}

describe("tellJob", () => {
  it.each(["posted", "off"] as const)("says what became of the notice: %s", async (outcome) => {
    const { event, lines } = await tell(async () => outcome);
    expect(event).toEqual({ kind: "job-told", jobKey: "4711-1", outcome });
    expect(lines).toEqual([]);
  });

  it.each([
    [new GitHubError("GitHubUnavailable", "502"), "warn", { retryable: true }],
    [
      new GitHubError("GitHubRateLimited", "403", start),
      "warn",
      { retryable: true, retryAt: start },
    ],
    [new GitHubError("CredentialsRefused", "401"), "warn", { retryable: true }],
    [new GitHubError("GitHubRefused", "403"), "error", { retryable: false }],
  ])("says whether it is worth another try after %s", async (error, level, told) => {
    const { event, lines } = await failing(error);
    expect(event).toEqual({ kind: "job-not-told", jobKey: "4711-1", ...told });
    expect(lines).toEqual([{ level, message: "job not told", fields: { jobId: 4_711, error } }]);
  });

  it("does not hide a mistake of ours", async () => {
    await expect(failing(new TypeError("x is undefined"))).rejects.toThrow("x is undefined");
  });
});
