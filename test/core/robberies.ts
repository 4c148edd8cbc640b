import type { JobItem, LedgerItem, RunnerItem } from "../../functions/core/ledger.ts";
import { jobItemId } from "../../functions/core/ledger.ts";
import { launchedItem, queuedJob, runnerItem, runningItem } from "./builders.ts";

/** The item of the job of that number, launched and waiting for its runner. */
export function launched(id: number, overrides: Partial<JobItem> = {}): JobItem {
  return launchedItem({ job: queuedJob({ id }), id: jobItemId(`${id}-1`), ...overrides });
}

/** The item of the job of that number, running on the runner of that name. */
export function running(id: number, runnerName: string, overrides: Partial<JobItem> = {}): JobItem {
  const item = runningItem({ job: queuedJob({ id }), id: jobItemId(`${id}-1`), runnerName });
  return { ...item, ...overrides };
}

/** The first runner made for the job of that number, and the job it serves, if any. */
export function runnerOf(
  madeFor: number,
  serves?: number,
  overrides: Partial<RunnerItem> = {},
): RunnerItem {
  return runnerItem({
    name: `tornade-${madeFor}-1-1`,
    madeFor: `${madeFor}-1`,
    ...(serves === undefined ? {} : { serves: `${serves}-1` }),
    ...overrides,
  });
}

/** The robber runs on the first runner of the robbed job, and its own one idles. */
export function swap(robbed: number, robber: number): readonly LedgerItem[] {
  return [runnerOf(robbed, robber), running(robber, `tornade-${robbed}-1-1`), runnerOf(robber)];
}
