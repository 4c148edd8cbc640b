import { describe, expect, it } from "vitest";

import { toNotice } from "../../functions/core/job-notices.ts";
import { jobItem, queuedJob } from "./builders.ts";

describe("toNotice", () => {
  it("tells which job got no runner, and why", () => {
    expect(toNotice(jobItem({ status: "failed", reason: "no capacity" }))).toEqual({
      title: "job 'build' got no runner",
      summary:
        "Attempt 1 of run 99, workflow `CI`:\n\n```text\nno capacity\n```\n\nGitHub goes on showing the job as queued until its run is cancelled, or for a day.",
    });
  });

  it("lets no name become markup", () => {
    const job = queuedJob({ name: "a\n# b", workflow: "`x`\n```" });
    const { title, summary } = toNotice(jobItem({ job }));
    expect(title).toBe(String.raw`job 'a\u000a# b' got no runner`);
    expect(summary.match(/`/gu)).toHaveLength(8);
  });
});
