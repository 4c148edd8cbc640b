import type { Action, Circumstances, Items } from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { isOver, liveLaunch, newestLaunch } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { isClosed, type JobItem } from "./ledger.ts";
import { waitsForRunner } from "./rebinding.ts";
import { readRunnerName, runnerName } from "./runner-name.ts";

/**
 * What a job that has a runner leaves to be looked at. The job that the runner was made for is robbed,
 * unless that is this one. Then, or where the runner is none of ours, what was started for this one may
 * be left over.
 */
export function rebindAround(
  item: JobItem | undefined,
  { job, runnerName: taken }: Pick<JobEnvelope, "job" | "runnerName">,
  { runnerPrefix }: Pick<Circumstances, "runnerPrefix">,
): readonly Action[] {
  if (taken === undefined) return [];
  const key = jobKey(job);
  const robbed = readRunnerName(runnerPrefix, taken)?.jobKey ?? key;
  if (robbed !== key) return [{ kind: "rebind", runnerName: taken }];
  const live = item === undefined ? undefined : liveLaunch(item);
  const own = live === undefined ? taken : runnerName(runnerPrefix, key, live.number);
  return own === taken ? [] : [{ kind: "rebind", runnerName: own }];
}

/**
 * What is to be looked at once more when an older message about a job comes again that has a runner or
 * is over: whoever launched it, or found out that it runs, may have died before seeing to what is left.
 */
export function rebindAgain(
  item: JobItem,
  circumstances: Pick<Circumstances, "runnerPrefix">,
): readonly Action[] {
  const isSettled = item.times.started !== undefined || isClosed(item);
  if (!isSettled && !waitsForRunner(item)) return [];
  const around = rebindAround(item, item, circumstances);
  const last = isSettled ? newestLaunch(item) : liveLaunch(item);
  if (around.length > 0 || last === undefined || isOver(last)) return around;
  const own = runnerName(circumstances.runnerPrefix, jobKey(item.job), last.number);
  return own === item.runnerName ? [] : [{ kind: "rebind", runnerName: own }];
}

/**
 * What a job that needs no runner (any more) leaves behind is its own, or, where that serves another job,
 * the one that is left for it.
 */
export function rebindOwn(items: Items, item: JobItem): readonly Action[] {
  if (item.runnerName !== undefined) return [];
  const key = jobKey(item.job);
  return [...items.values()]
    .filter((other) => other.kind === "runner")
    .filter(({ madeFor, serves }) => madeFor === key && serves !== undefined && serves !== key)
    .map(({ name }) => ({ kind: "rebind", runnerName: name }));
}
