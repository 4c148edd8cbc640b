import { describe, expect, it } from "vitest";

import { toNotice } from "../../functions/core/job-notices.ts";
import { jobItem, queuedJob } from "./builders.ts";

describe("toNotice", () => {
  it("tells which job got no runner, and why", () => {
    expect(toNotice(jobItem({ status: "failed", reason: "no capacity" }))).toEqual({
      title: "no runner for job 'build'",
      summary:
        "Attempt 1 of run 99, workflow `CI`:\n\n```text\nno capacity\n```\n\nGitHub shows the job as queued until its run is cancelled, for at most 24 hours. Once the cause is gone, run it again: `gh run cancel 99`, then `gh run rerun 99 --failed`.",
    });
  });

  it("lets no name become markup", () => {
    const job = queuedJob({ name: "a\n# b", workflow: "`x`\n```" });
    const { title, summary } = toNotice(jobItem({ job }));
    expect(title).toBe(String.raw`no runner for job 'a\u000a# b'`);
    // Two around the workflow, two fences, and two around each command.
    expect(summary.match(/`/gu)).toHaveLength(12);
  });
});
