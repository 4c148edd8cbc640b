import { type Circumstances, type Items, jobItemOf, runnerItemOf } from "./decision.ts";
import {
  isClosed,
  jobItemId,
  type JobItem,
  runnerDebts,
  type RunnerItem,
  runnerItemId,
} from "./ledger.ts";
import type { ProviderName } from "./provider.ts";
import { runnerOfLaunch } from "./runner-item.ts";
import { readRunnerName } from "./runner-name.ts";
import { foreignAfter, retention, strayAfter } from "./waits.ts";

/** A task or build whose program runs, as its service lists it. */
export type ListedCompute = {
  /** The name of the runner that it was started for. */
  readonly runnerName: string;
  readonly computeId: string;
  readonly provider: ProviderName;
  /** When its program was started, in milliseconds since the epoch. */
  readonly startedAt: number;
};

/** What tells whether a runner is still of use. */
export type StrayRules = Pick<Circumstances, "now" | "runnerPrefix" | "idleSeconds">;

/**
 * The runner of a compute that goes on although it should have ended by itself some minutes ago: its job is
 * over, nobody needed it for longer than a runner may idle, or the ledger has it as ended. It owes to be
 * retired, by which GitHub is asked first: one that is busy after all is left alone.
 * @returns `unknown` where the ledger does not tell whose it is, so that nobody can ask GitHub about it
 */
export function findStray(
  compute: ListedCompute,
  items: Items,
  rules: StrayRules,
): RunnerItem | "unknown" | undefined {
  const runner = runnerOf(compute, items, rules);
  if (runner === undefined) return "unknown";
  const since = needlessSince(runner, { compute, items }, rules);
  // What is owed already is tried again by itself.
  if (since === undefined || runner.owed.length > 0 || rules.now - since < strayAfter) {
    return undefined;
  }
  const { computeId, provider } = compute;
  // It runs, whatever was heard of its end: should GitHub call it busy, it is to be left alone for good.
  const { ended: _ended, ...running } = runner;
  return {
    ...running,
    computeId,
    provider: running.provider ?? provider,
    owed: runnerDebts,
    wakeAt: rules.now,
    expiresAt: rules.now + retention,
  };
}

// With all that the job tells of it, whose repository may have another name by now. Without one GitHub
// could not be asked whether it is busy.
function runnerOf(
  { runnerName }: ListedCompute,
  items: Items,
  rules: StrayRules,
): RunnerItem | undefined {
  const parts = readRunnerName(rules.runnerPrefix, runnerName);
  const item = parts && jobItemOf(items, jobItemId(parts.jobKey));
  const runner = item
    ? runnerOfLaunch(items, { item, number: parts.launch }, rules)
    : runnerItemOf(items, runnerItemId(runnerName));
  return runner?.repository === undefined ? undefined : runner;
}

function needlessSince(
  { ended, serves, madeFor }: RunnerItem,
  { compute, items }: { compute: ListedCompute; items: Items },
  { idleSeconds }: StrayRules,
): number | undefined {
  if (ended !== undefined) return ended.at;
  const job = jobItemOf(items, jobItemId(serves ?? madeFor));
  // The end of a foreign job may never have been told: then GitHub alone knows whether it still runs.
  if (serves !== undefined) return job ? endOf(job) : compute.startedAt + foreignAfter;
  const isAwaited = job !== undefined && !isClosed(job) && job.times.started === undefined;
  return isAwaited ? undefined : compute.startedAt + idleSeconds * 1_000;
}

function endOf(job: JobItem): number | undefined {
  return isClosed(job) ? (job.times.completed ?? 0) : undefined;
}
