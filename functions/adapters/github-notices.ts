import { type Job, jobKey } from "../core/job.ts";
import type { JobNotices } from "../core/job-notices.ts";
import { type GitHubClient, repositoryNames } from "./github-client.ts";

/** Most characters of a check run's name: GitHub tells of no limit, but may have one. */
const longestName = 255;

/**
 * Shows notices as check runs on the job's commit, among the job's own; the App needs `checks: write`.
 * No App may touch the job's own check run. Of several with one name GitHub shows the newest, so that
 * each job has a name of its own, and one that is told twice seems to be told once.
 */
export function createGitHubNotices({ call }: Pick<GitHubClient, "call">): JobNotices {
  return {
    post: async (job, { title, summary }) => {
      await call(`show a check run for job ${job.id}`, job, {
        permission: { checks: "write" },
        route: "POST /repos/{owner}/{repo}/check-runs",
        parameters: {
          ...repositoryNames(job),
          name: toName(job),
          head_sha: job.headSha,
          external_id: jobKey(job),
          status: "completed",
          conclusion: "failure",
          output: { title, summary },
        },
      });
      return "posted";
    },
  };
}

/** Where the operator wants none. */
export const noNotices: JobNotices = { post: async () => "off" };

function toName({ workflow, name }: Job): string {
  const parts = ["tornade", workflow, name].filter((part) => part !== "");
  return parts.join(" / ").slice(0, longestName).toWellFormed();
}
