import type { Job, JobKey } from "./job.ts";
import { quote, shorten } from "./label-text.ts";
import type { JobItem } from "./ledger.ts";

/** What the developers of a job have to know that cannot tell it in its own log. */
export type JobNotice = {
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
};

/** Where a notice is shown; shown twice it must look like once. */
export interface JobNotices {
  /** `off` where the operator wants none. @throws {GitHubError} */
  post(job: Job, notice: JobNotice): Promise<"posted" | "off">;
}

/** What the developers of a job that was given up are told. */
export function toNotice({ job, reason = "" }: JobItem): JobNotice {
  const { name, workflow, runId, attempt } = job;
  return {
    title: `no runner for job ${quote(name)}`,
    // In a fence, where nothing of it is markup.
    summary: [
      `Attempt ${attempt} of run ${runId}, workflow \`${shorten(workflow, 60).replaceAll("`", "'")}\`:`,
      `\`\`\`text\n${reason}\n\`\`\``,
      `GitHub shows the job as queued until its run is cancelled, for at most 24 hours. Once the cause is gone, run it again: \`gh run cancel ${runId}\`, then \`gh run rerun ${runId} --failed\`.`,
    ].join("\n\n"),
  };
}

/** What became of a notice about a job that was given up. */
export type JobTelling =
  | { readonly kind: "job-told"; readonly jobKey: JobKey; readonly outcome: "posted" | "off" }
  | {
      readonly kind: "job-not-told";
      readonly jobKey: JobKey;
      readonly retryable: boolean;
      /** When GitHub may be asked again, in milliseconds since the epoch. */
      readonly retryAt?: number;
    };
