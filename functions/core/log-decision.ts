import type { Committed } from "./commit.ts";
import type { LedgerEvent } from "./decision.ts";
import { liveLaunch, newestLaunch } from "./job-item.ts";
import type { JobItem, RunItem, RunnerItem } from "./ledger.ts";
import type { Log, LogFields } from "./log.ts";
import { measure } from "./measure.ts";
import { endUnknown } from "./not-found.ts";

/** What is written down beside a decision. */
export type LogPorts = {
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly runnerPrefix: string;
};

/**
 * Writes one line about a decision, with what a person looks for and what is counted; and one more where a
 * launch was denied: what the job has instead, or waits for, does not help the next one.
 */
export function logDecision(
  event: LedgerEvent,
  committed: Committed,
  { log, now, runnerPrefix }: LogPorts,
): void {
  const { outcome, writes } = committed;
  const told = writes.find((item) => item.kind === "job" || item.kind === "run");
  // What was given up is a matter for a person, once.
  const isOldNews = event.kind === "job-told" || event.kind === "job-not-told";
  const isGivenUp = told?.status === "failed" && !isOldNews;
  const fields = {
    event: event.kind,
    ...("envelope" in event ? { deliveryId: event.envelope.deliveryId } : {}),
    ...describeRunner(writes.find((item) => item.kind === "runner")),
    ...describeTold(told),
    items: writes.map(({ id }) => id),
  };
  const figures = measure(event, committed);
  const level = outcome === endUnknown ? "warn" : "info";
  log[isGivenUp ? "error" : level](outcome, fields, { at: now(), stack: runnerPrefix, figures });
  if (event.kind === "launch-ended" && event.report.kind === "denied") {
    log.error("launch denied", { ...fields, ...describeLaunch(told, event.report) });
  }
}

function describeLaunch(
  told: JobItem | RunItem | undefined,
  { number, message: reason }: { readonly number: number; readonly message: string },
): LogFields {
  const launches = told?.kind === "job" ? told.launches : [];
  return { provider: launches.find((launch) => launch.number === number)?.provider, reason };
}

function describeRunner(runner: RunnerItem | undefined): LogFields {
  if (runner === undefined) return {};
  const { name: runnerName, madeFor, repository, provider, ended } = runner;
  return {
    runnerName,
    // A job key begins with the job's id.
    jobId: Number.parseInt(madeFor, 10),
    // What is undefined is left out of the line.
    repository: repository?.fullName,
    provider,
    reason: ended?.reason,
  };
}

function describeTold(item: JobItem | RunItem | undefined): LogFields {
  if (item === undefined) return {};
  const { status } = item;
  if (item.kind === "run") {
    const { runId, repository, reason } = item;
    return { runId, repository: repository.fullName, status, reason };
  }
  const { id: jobId, runId, repository } = item.job;
  const provider = (liveLaunch(item) ?? newestLaunch(item))?.provider;
  const reason = item.reason ?? item.refusal;
  return {
    jobId,
    runId,
    repository: repository.fullName,
    provider,
    status,
    ...(reason === undefined ? {} : { reason }),
  };
}
