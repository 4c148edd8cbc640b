import {
  type Circumstances,
  type Decision,
  type Items,
  nothing,
  runnerItemOf,
} from "./decision.ts";
import { endLaunches, isHeld, newestLaunch, park, reopenLaunches } from "./job-item.ts";
import { jobKey } from "./job.ts";
import { recordLaunch, toLaunched } from "./launched.ts";
import { isClosed, type JobItem, type RunnerItem, runnerItemId } from "./ledger.ts";
import { loseRunner } from "./lose-runner.ts";
import {
  findJobLeftWithout,
  findRunnerLeftBy,
  findRunnerLeftFor,
  fits,
  runnerAtEnd,
  waitsForRunner,
  type Walk,
} from "./rebinding.ts";
import { oweRetirement } from "./runner-item.ts";
import { runnerName } from "./runner-name.ts";

/**
 * A runner was taken by another job than its own, came too late, or ended: sees to it that the job that
 * is left without a runner gets one, and that a runner that no job is left for goes.
 */
export function decideRebind(items: Items, name: string, circumstances: Circumstances): Decision {
  const runner = runnerItemOf(items, runnerItemId(name));
  if (runner === undefined) return nothing("runner is unknown");
  const job = findJobLeftWithout(runner, items, circumstances);
  const free = itemsOf(findRunnerLeftBy(runner, items, circumstances));
  if (job.kind === "found") return rebindTo(job.item, { free, items }, circumstances);
  // What is not known may be a job that needs the runner; where all have one, nobody does.
  const isNobodys = job.kind === "nobody" && job.missing === undefined;
  return retireIdle(isNobodys ? free : [], circumstances);
}

function rebindTo(
  item: JobItem,
  { free, items }: { free: readonly RunnerItem[]; items: Items },
  circumstances: Circumstances,
): Decision {
  const job = settleTaken(item, items, circumstances);
  const walk = findRunnerLeftFor(job, items, circumstances);
  // The way from the job leads by the runner whose end is known.
  const left = walk.kind === "endless" ? free[0] : runnerAtEnd(walk);
  const surplus = free.filter(({ id }) => id !== left?.id);
  if (!waitsForRunner(job)) {
    const isUnwanted = isClosed(job) || isHeld(job);
    const own = isUnwanted && left !== undefined ? [left] : [];
    const retired = retireIdle([...surplus, ...own], circumstances);
    return { ...retired, writes: [...retired.writes, ...tellLauncher(job)] };
  }
  const served = serve(job, left, circumstances);
  const writes = job === item || served.writes.length > 0 ? served.writes : [job];
  return join({ ...served, writes }, retireIdle(surplus, circumstances));
}

// Whoever still records the launch may have looked at the runner before it was taken or ended, and
// writes the job's row last: once that row was written by others, it looks again.
function tellLauncher(job: JobItem): readonly JobItem[] {
  return job.status === "launching" ? [job] : [];
}

// A runner that has taken a job was started, whoever still tries to find out.
function settleTaken(item: JobItem, items: Items, { now, runnerPrefix }: Circumstances): JobItem {
  const newest = newestLaunch(item);
  const isAsleep = isHeld(item) || isClosed(item);
  if (newest?.outcome !== "open" || isAsleep) return item;
  const name = runnerName(runnerPrefix, jobKey(item.job), newest.number);
  if (runnerItemOf(items, runnerItemId(name))?.serves === undefined) return item;
  return toLaunched(recordLaunch(item, newest.number), now);
}

function serve(job: JobItem, left: RunnerItem | undefined, circumstances: Circumstances): Decision {
  // One that is being stopped may still be up: whoever launches looks for it first.
  const isStopping = left?.owed.includes("stop") === true;
  if (isStopping && left.madeFor === jobKey(job.job)) {
    return launchAnew(reopenLaunches(job), undefined, circumstances);
  }
  if (left === undefined || isStopping) return launchAnew(job, undefined, circumstances);
  if (left.serves !== undefined) return nothing("the job has just been taken");
  if (left.ended !== undefined) return loseRunner(job, left, circumstances);
  if (fits(left, job.job, circumstances)) return nothing("another runner is left for the job");
  return launchAnew(job, left, circumstances);
}

/**
 * Launches a job anew whose runner another job took, and retires the runner that is left in its place,
 * which does not fit it.
 */
export function launchAnew(
  job: JobItem,
  misfit: RunnerItem | undefined,
  circumstances: Circumstances,
): Decision {
  const { now } = circumstances;
  const reason = "another job took the runner that was started for this one";
  // Parked for no time at all: whoever consumes the queue launches, and nobody else.
  const parked = park(
    endLaunches(job, reason),
    { reason, wakeAt: now },
    { now, outcome: "relaunched: another job took its runner" },
  );
  return join(parked, retireIdle(misfit === undefined ? [] : [misfit], circumstances));
}

function retireIdle(runners: readonly RunnerItem[], { now }: Circumstances): Decision {
  const writes = runners.filter(isIdle).map((runner) => oweRetirement(runner, now));
  const actions = writes.map((item) => ({ kind: "retire", item }) as const);
  return { writes, actions, outcome: "no job waits for the runner" };
}

function isIdle({ serves, ended, owed }: RunnerItem): boolean {
  return serves === undefined && ended === undefined && owed.length === 0;
}

function join(first: Decision, second: Decision): Decision {
  return {
    // The job's item last, as everywhere: it is what a repeated event looks at.
    writes: [...second.writes, ...first.writes],
    actions: [...first.actions, ...second.actions],
    outcome: first.outcome,
  };
}

function itemsOf(walk: Walk<RunnerItem>): readonly RunnerItem[] {
  return walk.kind === "found" ? [walk.item] : [];
}
