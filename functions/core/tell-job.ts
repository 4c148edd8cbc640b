import type { LedgerEvent } from "./decision.ts";
import { GitHubError, isUnanswered } from "./github-error.ts";
import { jobKey } from "./job.ts";
import { type JobNotices, toNotice } from "./job-notices.ts";
import type { JobItem } from "./ledger.ts";
import type { Log } from "./log.ts";

/** Tells the people of a job that it was given up; that GitHub does not take it is an outcome too. */
export async function tellJob(
  item: JobItem,
  { notices, log }: { readonly notices: JobNotices; readonly log: Log },
): Promise<LedgerEvent> {
  const key = jobKey(item.job);
  try {
    const outcome = await notices.post(item.job, toNotice(item));
    return { kind: "job-told", jobKey: key, outcome };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const { retryAt } = error;
    const retryable = isUnanswered(error);
    log[retryable ? "warn" : "error"]("job not told", { jobId: item.job.id, error });
    const later = retryAt === undefined ? {} : { retryAt };
    return { kind: "job-not-told", jobKey: key, retryable, ...later };
  }
}
