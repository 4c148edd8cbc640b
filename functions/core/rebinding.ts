import { type Circumstances, type Items, jobItemOf } from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { liveLaunch, newestLaunch } from "./job-item.ts";
import { type Job, type JobKey, jobKey, type Repository } from "./job.ts";
import { isClosed, type ItemId, type JobItem, jobItemId, type RunnerItem } from "./ledger.ts";
import { roleOf } from "./repository-roles.ts";
import { runnerOfLaunch } from "./runner-item.ts";
import { readRunnerName, runnerName } from "./runner-name.ts";
import { isSameOwner } from "./same-owner.ts";

/**
 * GitHub gives a job to any idle runner whose labels are a superset of the job's, so a job may run on
 * a runner that was made for another one. Nobody's swap is ever written: who is left with which runner
 * follows from `madeFor` and `serves`, and stays right in whatever order the news comes.
 *
 * `missing` is the item at which a walk ended because it is not there: not read yet, or unknown. Where
 * that is a runner whose launch took place, `unrecorded` is all that its job tells of it: whoever
 * started it may have come to an end before writing it down, and nobody has told of it since.
 */
export type Walk<Found> =
  | { readonly kind: "found"; readonly item: Found }
  | { readonly kind: "nobody"; readonly missing?: ItemId; readonly unrecorded?: RunnerItem }
  /** It was given up, and may have led to somebody. */
  | { readonly kind: "endless" };

/**
 * A walk longer than this is given up. The 256 jobs of a matrix may take each other's runners in any
 * order, which is one circle then: https://docs.github.com/en/actions/reference/limits
 */
const longestWalk = 300;

type Around = Pick<Circumstances, "now" | "runnerPrefix">;

/**
 * The runner that is left for a job: its own, or, where that serves another job, that job's own, and
 * so on to the first one that serves nobody else.
 */
export function findRunnerLeftFor(job: JobItem, items: Items, around: Around): Walk<RunnerItem> {
  const own = ownRunner(job, items, around);
  if (own.kind !== "found") return own;
  return follow(own.item, { items, until: jobKey(job.job) }, around);
}

/** Whom a walk led to, if only by what a job tells of its launch. */
export function runnerAtEnd(walk: Walk<RunnerItem>): RunnerItem | undefined {
  if (walk.kind === "endless") return undefined;
  return walk.kind === "found" ? walk.item : walk.unrecorded;
}

/**
 * The runner that idles because this one is taken: itself, the own one of the job it serves, and so on.
 * Where its own job was given another runner meanwhile, the walk goes on to that one.
 */
export function findRunnerLeftBy(
  runner: RunnerItem,
  items: Items,
  around: Around,
): Walk<RunnerItem> {
  const job = jobItemOf(items, jobItemId(runner.madeFor));
  const own = job === undefined ? undefined : ownRunner(job, items, around);
  const isOwn = own === undefined || (own.kind === "found" && own.item.id === runner.id);
  return follow(runner, { items, until: isOwn ? runner.madeFor : undefined }, around);
}

function follow(
  first: RunnerItem,
  { items, until }: { items: Items; until: JobKey | undefined },
  around: Around,
): Walk<RunnerItem> {
  let runner = first;
  const met = new Set<string>();
  while (met.size < longestWalk) {
    if (runner.serves === undefined || runner.serves === until) {
      return { kind: "found", item: runner };
    }
    if (met.has(runner.name)) return { kind: "nobody" };
    met.add(runner.name);
    const id = jobItemId(runner.serves);
    const served = jobItemOf(items, id);
    if (served === undefined) return { kind: "nobody", missing: id };
    const next = ownRunner(served, items, around);
    if (next.kind !== "found") return next;
    runner = next.item;
  }
  return { kind: "endless" };
}

function ownRunner(item: JobItem, items: Items, around: Around): Walk<RunnerItem> {
  const newest = newestLaunch(item);
  // A runner may take a job before its launch is recorded, and what is told of it comes first then.
  const launch = newest?.outcome === "open" ? newest : liveLaunch(item);
  if (launch === undefined) return { kind: "nobody" };
  const runner = runnerOfLaunch(items, { item, number: launch.number }, around);
  // Not read yet, or not recorded: what it serves is unknown.
  return items.has(runner.id)
    ? { kind: "found", item: runner }
    : { kind: "nobody", missing: runner.id, unrecorded: runner };
}

/**
 * The job that is left without the runner: the one it was made for, or, where that runs on another
 * runner, the one that runner was made for, and so on to the first job that no runner has taken. Names
 * of runners say for which job they were made, so that only jobs have to be known.
 */
export function findJobLeftWithout(
  runner: Pick<RunnerItem, "name" | "madeFor">,
  items: Items,
  { runnerPrefix }: Pick<Circumstances, "runnerPrefix">,
): Walk<JobItem> {
  let { name, madeFor } = runner;
  const met = new Set<string>();
  while (met.size < longestWalk) {
    met.add(name);
    const id = jobItemId(madeFor);
    const job = jobItemOf(items, id);
    if (job === undefined) return { kind: "nobody", missing: id };
    if (job.runnerName === undefined) return { kind: "found", item: job };
    const server = readRunnerName(runnerPrefix, job.runnerName);
    if (server === undefined || met.has(job.runnerName)) return { kind: "nobody" };
    name = job.runnerName;
    madeFor = server.jobKey;
  }
  return { kind: "endless" };
}

type Sharing = Pick<Circumstances, "runnerScope" | "repositoryRoles">;

/**
 * Whether the runner that is left serves the job: GitHub could give it the job, and it may do there
 * what a runner of the job's own may.
 */
export function fits({ labels, repository }: RunnerItem, job: Job, sharing: Sharing): boolean {
  const given = new Set(labels.map((label) => label.toLowerCase()));
  if (!job.labels.every((label) => given.has(label.toLowerCase()))) return false;
  if (repository === undefined) return false;
  return (
    repository.id === job.repository.id ||
    (sharesRunners(repository, job.repository, sharing) &&
      hasSameRights(repository, job.repository, sharing))
  );
}

function sharesRunners(of: Repository, other: Repository, { runnerScope }: Sharing): boolean {
  const isShared = runnerScope === "organization" && of.ownerType === "Organization";
  return isShared && isSameOwner(of, other);
}

// Made for a private repository a runner may refuse a public one's jobs; and its AWS role stays what it
// was made with: the job would go without its own, or have somebody else's.
function hasSameRights(of: Repository, other: Repository, { repositoryRoles }: Sharing): boolean {
  const isSameRole = roleOf(of, repositoryRoles) === roleOf(other, repositoryRoles);
  return isSameRole && of.private === other.private;
}

/** Whether somebody has told that the job started on this runner; the runner's item says so, too, then. */
export function isBound(
  { job, runnerName: taken }: Pick<JobEnvelope, "job" | "runnerName">,
  items: Items,
): boolean {
  const item = jobItemOf(items, jobItemId(jobKey(job)));
  return item?.times.started !== undefined && item.runnerName === taken;
}

/** Whether the job has been launched and waits for GitHub to give it to a runner. */
export function waitsForRunner(item: JobItem): boolean {
  const isLaunched = item.status === "launched" || item.status === "refused";
  return isLaunched && !isClosed(item) && item.times.started === undefined;
}

/** Whether this runner is the one that was started for the job and that it still waits for. */
export function awaits(
  item: JobItem,
  runner: RunnerItem,
  { runnerPrefix }: Pick<Circumstances, "runnerPrefix">,
): boolean {
  // A launch still under way is left to its launcher, which will find the runner ended.
  const live = liveLaunch(item);
  if (!waitsForRunner(item) || live === undefined || runner.serves !== undefined) return false;
  return runnerName(runnerPrefix, jobKey(item.job), live.number) === runner.name;
}
