import type { LedgerEvent } from "./decision.ts";
import { aftermathOf, GitHubError } from "./github-error.ts";
import { jobKey } from "./job.ts";
import type { JobItem } from "./ledger.ts";
import type { RunnerRegistry } from "./runner-registry.ts";

/** Asks GitHub where a job stands; that it does not tell is an outcome too, and a matter of waiting. */
export async function checkJob(
  { job }: JobItem,
  { registry }: { readonly registry: RunnerRegistry },
): Promise<LedgerEvent> {
  try {
    return { kind: "job-checked", jobKey: jobKey(job), state: await registry.readJob(job) };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return { kind: "check-failed", jobKey: jobKey(job), ...aftermathOf(error) };
  }
}
