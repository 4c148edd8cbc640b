import type { Repository } from "./job.ts";
import type { JobEnvelope } from "./envelope.ts";
import type { ActiveRepository, SweptRun } from "./cursor-item.ts";
import { isHeld } from "./job-item.ts";
import type { LedgerItem } from "./ledger.ts";
import { isFoundAgain } from "./not-found.ts";
import { isRenamed } from "./renaming.ts";
import { clockTolerance } from "./waits.ts";

/** A run that may have queued jobs, as GitHub lists it. */
export type OpenRun = Pick<SweptRun, "id" | "updatedAt"> & {
  /** As it is when the run is listed: its name, and who may see it, can change. */
  readonly repository: Repository;
};

const minute = 60_000;

/** How often a repository is looked at; its last activity need not be known more exactly either. */
export const sweepPeriod = 5 * minute;

/** A sweep that left something undone is gone on with in the next pass. */
const repeatPeriod = minute;

/** That a run has not changed since it was looked into is believed no longer than this. */
const runPeriod = 15 * minute;

/** How long the webhook of a job has the time to come before the job is told of without it. */
const webhookDelay = minute;

/** Most repositories that are remembered: with their runs they are one item, of at most 400 KB. */
export const mostRemembered = 200;

/** Most runs that are remembered of one repository: all that GitHub lists of two statuses. */
const mostRuns = 2_048;

/** Most runs that are remembered in all: sixteen of each of so many repositories. */
const mostRunsInAll = 16 * mostRemembered;

/** Most repositories looked at in one pass. */
const mostSwept = 10;

/** The repositories to be swept in this pass: those that are due, the longest due first. */
export function chooseRepositories(
  active: readonly ActiveRepository[],
  now: number,
): readonly ActiveRepository[] {
  return active
    .filter(({ dueAt }) => dueAt <= now + clockTolerance)
    .toSorted((one, other) => one.dueAt - other.dueAt)
    .slice(0, mostSwept);
}

/**
 * The repositories as they are remembered while a pass sweeps: should it be cut off, the next one begins
 * with those that this one would have come to last.
 */
export function putBehind(
  repositories: readonly ActiveRepository[],
  now: number,
): readonly ActiveRepository[] {
  const turns = new Map(
    chooseRepositories(repositories, now).map((one, turn) => [one.repository.id, turn]),
  );
  return repositories.map((one) => {
    const turn = turns.get(one.repository.id);
    return turn === undefined ? one : { ...one, dueAt: now + repeatPeriod - turn };
  });
}

/** The runs to be looked into: new ones first, then the longest unseen; none that did not change. */
export function chooseRuns<Run extends Pick<OpenRun, "id" | "updatedAt">>(
  listed: readonly Run[],
  swept: readonly SweptRun[],
  now: number,
): readonly Run[] {
  const byId = new Map(swept.map((run) => [run.id, run]));
  return listed
    .filter((run) => !isUnchanged(run, byId.get(run.id), now))
    .toSorted(
      (one, other) => (byId.get(one.id)?.sweptAt ?? 0) - (byId.get(other.id)?.sweptAt ?? 0),
    );
}

/** What is remembered of runs after a look: the old ones as they were, unless they were swept now. */
export function mergeRuns(
  before: readonly SweptRun[],
  swept: readonly SweptRun[],
): readonly SweptRun[] {
  const now = new Set(swept.map(({ id }) => id));
  return [...before.filter(({ id }) => !now.has(id)), ...swept];
}

/**
 * The repositories with no more runs in all than fit their item: where there are too many, those with
 * the most forget the longest unseen, which are then looked into every time.
 */
export function boundRuns(repositories: readonly ActiveRepository[]): readonly ActiveRepository[] {
  let share = mostRuns;
  const count = () => repositories.reduce((sum, { runs }) => sum + Math.min(share, runs.length), 0);
  while (count() > mostRunsInAll) share /= 2;
  return repositories.map((one) =>
    one.runs.length > share ? { ...one, runs: one.runs.slice(-share) } : one,
  );
}

/**
 * What a queued job of ours still lacks: nothing, the time in which its webhook may come, or somebody
 * to tell of it. That is so where it has no item, one that waits for just this news, or one under a name
 * that its repository has no more.
 */
export function judgeQueued(
  envelope: JobEnvelope,
  item: LedgerItem | undefined,
  now: number,
): "known" | "early" | "missed" {
  const { happenedAt, receivedAt } = envelope;
  // One that is held waits for just this.
  if (item !== undefined && !isHeld(item) && !isNews(item, envelope)) return "known";
  // A time that could not be read is taken from the clock, and then says nothing.
  const isNew = now - happenedAt < webhookDelay && happenedAt !== receivedAt;
  return isNew ? "early" : "missed";
}

/** The repository after a sweep that left something undone, or did not. */
export function finishSweep(
  repository: ActiveRepository,
  { runs, complete }: { readonly runs: readonly SweptRun[]; readonly complete: boolean },
  now: number,
): ActiveRepository {
  return { ...repository, runs, dueAt: now + (complete ? sweepPeriod : repeatPeriod) };
}

function isNews(item: LedgerItem, envelope: JobEnvelope): boolean {
  return isFoundAgain(item, envelope) || (item.kind === "job" && isRenamed(item, envelope));
}

function isUnchanged(
  run: Pick<OpenRun, "updatedAt">,
  before: SweptRun | undefined,
  now: number,
): boolean {
  if (before === undefined || before.updatedAt !== run.updatedAt) return false;
  return now - before.sweptAt < runPeriod;
}
