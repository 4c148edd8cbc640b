import type { JobItem } from "./ledger.ts";
import { newestLaunch } from "./job-item.ts";

/**
 * The environment variables that a runner starts with, besides its secret. The name comes first: the
 * state changes of a build carry the variables in order, and only the first one is looked at.
 */
export function runnerEnvironment(
  item: JobItem,
  { runnerName, idleSeconds }: { readonly runnerName: string; readonly idleSeconds: number },
): Readonly<Record<string, string>> {
  const { job, spec, refusal } = item;
  return {
    RUNNER_NAME: runnerName,
    TORNADE_JOB_ID: String(job.id),
    TORNADE_RUN_ID: String(job.runId),
    TORNADE_RUN_ATTEMPT: String(job.attempt),
    TORNADE_REPOSITORY: job.repository.fullName,
    TORNADE_PROVIDER: newestLaunch(item)?.provider ?? "",
    TORNADE_IDLE_SECONDS: String(idleSeconds),
    TORNADE_TIMEOUT_SECONDS: String(spec.timeoutMinutes * 60),
    ...(refusal === undefined ? {} : { TORNADE_REFUSAL: refusal }),
  };
}

/** What bills and consoles show beside a runner. */
export function runnerTags({ job }: JobItem, runnerName: string): Readonly<Record<string, string>> {
  return {
    "tornade:runner": runnerName,
    "tornade:repository": job.repository.fullName,
    "tornade:run": String(job.runId),
    "tornade:job": String(job.id),
    "tornade:job-name": job.name,
  };
}
