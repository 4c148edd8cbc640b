import type { JobEnvelope } from "./envelope.ts";
import type { JobQueue } from "./job-queue.ts";
import { jobKey } from "./job.ts";
import { isOurs } from "./labels.ts";
import type { ActiveRepository, SweptRun } from "./cursor-item.ts";
import { jobItemId, type Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Page, RunLog } from "./run-log.ts";
import {
  chooseRepositories,
  chooseRuns,
  finishSweep,
  judgeQueued,
  keepUnchanged,
  type OpenRun,
} from "./sweep.ts";
import { heedFailure, isRefused, type SweepBudget } from "./sweep-budget.ts";

/** What a sweep acts through. */
export type SweepPorts = {
  readonly now: () => number;
  readonly launchLabel: string;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly runs: RunLog;
  readonly log: Log;
};

/** What came of a pass: repositories looked into, and jobs told of that nobody had told of. */
export type SweepCounts = { swept: number; announced: number };

/** One pass of a sweep. */
export type SweepPass = SweepPorts & {
  readonly budget: SweepBudget;
  readonly counted: SweepCounts;
};

/** A repository after its sweep. */
export type Sweep = {
  readonly repository: ActiveRepository;
  /** Whether nothing more can be found in it now. */
  readonly isSettled: boolean;
};

/** Sweeps the repositories that are due, as far as the budget goes. @returns those swept, by id */
export async function sweepDue(
  repositories: readonly ActiveRepository[],
  pass: SweepPass,
): Promise<ReadonlyMap<number, Sweep>> {
  const swept = new Map<number, Sweep>();
  for (const target of chooseRepositories(repositories, pass.now())) {
    // Whose turn does not come stays due, and is first in the next pass.
    if (pass.budget.isSpent()) break;
    swept.set(target.repository.id, await sweepRepository(target, pass));
  }
  return swept;
}

// A repository that cannot be swept has its next turn after the others.
async function sweepRepository(target: ActiveRepository, pass: SweepPass): Promise<Sweep> {
  pass.counted.swept += 1;
  try {
    return await sweepRuns(target, pass);
  } catch (error) {
    const isSettled = isRefused(error);
    warn(error, target, pass);
    const rest = { runs: target.runs, complete: true };
    return { repository: finishSweep(target, rest, pass.now()), isSettled };
  }
}

async function sweepRuns(target: ActiveRepository, pass: SweepPass): Promise<Sweep> {
  const now = pass.now();
  const listed = await listRuns(target, pass);
  if (listed === undefined) {
    const repository = finishSweep(target, { ...target, complete: false }, now);
    return { repository, isSettled: false };
  }
  const runs: SweptRun[] = [...keepUnchanged(listed, target.runs, now)];
  const outcomes = new Set<RunOutcome>();
  for (const run of chooseRuns(listed, target.runs, now)) {
    const outcome = await sweepRun(run, target, pass);
    if (outcome === "done") runs.push({ ...run, sweptAt: now });
    outcomes.add(outcome);
  }
  const complete = !outcomes.has("unfinished");
  const isSettled = complete && !outcomes.has("failed");
  return { repository: finishSweep(target, { runs, complete }, now), isSettled };
}

// A queued job can be in a run that is in progress, and a run can change from one list to the other.
async function listRuns(
  target: ActiveRepository,
  pass: SweepPass,
): Promise<readonly OpenRun[] | undefined> {
  const byId = new Map<number, OpenRun>();
  for (const status of ["queued", "in_progress"] as const) {
    const page = await ask(target, pass, async () => pass.runs.listRuns(target, status));
    if (page === undefined) return undefined;
    for (const run of page.entries) byId.set(run.id, run);
  }
  return [...byId.values()];
}

type RunOutcome = "done" | "unfinished" | "refused" | "failed";

// One run must not keep the others of its repository from being looked into.
async function sweepRun(
  run: OpenRun,
  target: ActiveRepository,
  pass: SweepPass,
): Promise<RunOutcome> {
  try {
    return (await announceQueued(run, target, pass)) ? "done" : "unfinished";
  } catch (error) {
    warn(error, target, pass);
    return isRefused(error) ? "refused" : "failed";
  }
}

// Whether nothing of the run is left to be told.
async function announceQueued(
  { id }: OpenRun,
  target: ActiveRepository,
  pass: SweepPass,
): Promise<boolean> {
  let complete = true;
  for (let number = 1; ; number += 1) {
    const page = await ask(target, pass, async () => pass.runs.listQueued(target, id, number));
    if (page === undefined) return false;
    for (const envelope of page.entries) {
      if (!(await announce(envelope, pass))) complete = false;
    }
    if (!page.hasMore) return complete;
  }
}

// Whether the job needs nothing more of the sweep.
async function announce(envelope: JobEnvelope, pass: SweepPass): Promise<boolean> {
  const { job } = envelope;
  if (!isOurs(job.labels, pass.launchLabel)) return true;
  const { item } = await pass.ledger.read(jobItemId(jobKey(job)));
  const judgement = judgeQueued(envelope, item, pass.now());
  if (judgement !== "missed") return judgement === "known";
  await pass.queue.send(envelope, { groupId: String(job.repository.id) });
  pass.log.warn("job was never told of", { jobId: job.id, repository: job.repository.fullName });
  pass.counted.announced += 1;
  return true;
}

async function ask<T>(
  { repository: { owner } }: ActiveRepository,
  { budget }: SweepPass,
  question: () => Promise<Page<T>>,
): Promise<Page<T> | undefined> {
  if (!budget.take(owner)) return undefined;
  const page = await question();
  budget.note(owner, page.left);
  return page;
}

function warn(error: unknown, { repository }: ActiveRepository, { log, budget }: SweepPass): void {
  heedFailure(error, repository.owner, budget);
  log.warn("repository not swept", { repository: repository.fullName, error });
}
