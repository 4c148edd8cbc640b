import { type Circumstances, type Items, runnerItemOf } from "./decision.ts";
import { type Job, jobKey, type JobKey, type Origin } from "./job.ts";
import type { RunnerUse } from "./cost.ts";
import { type JobItem, runnerDebts, type RunnerItem, runnerItemId } from "./ledger.ts";
import { runnerName } from "./runner-name.ts";
import { isTransferred } from "./same-owner.ts";
import { retention } from "./waits.ts";

/** The item of a runner of which only the name is known. */
export function newRunnerItem(name: string, madeFor: JobKey, now: number): RunnerItem {
  return {
    kind: "runner",
    id: runnerItemId(name),
    name,
    madeFor,
    labels: [],
    owed: [],
    expiresAt: now + retention,
  };
}

/**
 * The runner of one launch for a job, with all that the job tells of it: what is needed to retire it,
 * even where the launch itself was never recorded.
 */
export function runnerOfLaunch(
  items: Items,
  { item, number }: { readonly item: JobItem; readonly number: number },
  { now, runnerPrefix }: Pick<Circumstances, "now" | "runnerPrefix">,
): RunnerItem {
  const { job, launches, spec } = item;
  const name = runnerName(runnerPrefix, jobKey(job), number);
  const launch = launches.find((known) => known.number === number);
  const runner = runnerItemOf(items, runnerItemId(name)) ?? newRunnerItem(name, jobKey(job), now);
  return {
    ...runner,
    labels: job.labels,
    ...(isTransferred(runner, job) ? {} : originOf(job)),
    ...(launch === undefined ? {} : { provider: launch.provider, launchedAt: launch.at }),
    size: sizeOf(spec),
  };
}

function originOf({ repository, installationId }: Job): Origin {
  return { repository, ...(installationId === undefined ? {} : { installationId }) };
}

function sizeOf({ architecture, cpu, memory, disk }: RunnerUse["spec"]): RunnerUse["spec"] {
  return { architecture, cpu, memory, disk };
}

/** The runner with all that has to be done before nothing of it is left, from a moment on. */
export function oweRetirement(runner: RunnerItem, wakeAt: number): RunnerItem {
  const owed = runner.ended === undefined ? runnerDebts : (["deregister"] as const);
  return { ...runner, owed, wakeAt, expiresAt: wakeAt + retention };
}

/** The runner once it is known to be needed; only one that has ended still owes something. */
export function keepRunner(runner: RunnerItem): RunnerItem {
  if (runner.ended !== undefined) return runner;
  const { wakeAt: _wakeAt, ...kept } = runner;
  return { ...kept, owed: [] };
}

/** The runner once GitHub told whose job it took: what was owed because it seemed idle is not. */
export function bindRunner(runner: RunnerItem, serves: JobKey): RunnerItem {
  const { wakeAt: _wakeAt, ...kept } = runner;
  return { ...kept, serves, owed: [] };
}
