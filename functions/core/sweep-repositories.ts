import type { JobEnvelope } from "./envelope.ts";
import { GitHubError } from "./github-error.ts";
import type { JobQueue } from "./job-queue.ts";
import { jobKey } from "./job.ts";
import { isOurs } from "./labels.ts";
import {
  type ActiveRepository,
  jobItemId,
  type Ledger,
  type LedgerItem,
  type SweptRun,
} from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Page, RunLog } from "./run-log.ts";
import {
  chooseRepositories,
  chooseRuns,
  finishSweep,
  judgeQueued,
  keepUnchanged,
  type OpenRun,
  rememberActive,
} from "./sweep.ts";
import { createSweepBudget, type SweepBudget } from "./sweep-budget.ts";
import { readRecord, writeRecord } from "./sweep-record.ts";

/** What the sweep acts through. */
export type SweepPorts = {
  readonly now: () => number;
  readonly launchLabel: string;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly runs: RunLog;
  readonly log: Log;
};

type Pass = SweepPorts & { readonly budget: SweepBudget; readonly counted: Counted };
type Counted = { swept: number; announced: number };

/**
 * Finds the jobs that GitHub never told of, in repositories that were active lately, and tells of them
 * as GitHub would have. Nothing is lost when a webhook comes after all: a job is claimed once.
 * @param open the ledger's open items, which tell who is active
 */
export async function sweepRepositories(
  open: readonly LedgerItem[],
  ports: SweepPorts,
): Promise<Readonly<Counted>> {
  const { now } = ports;
  const counted = { swept: 0, announced: 0 };
  const record = await readRecord(ports);
  const active = rememberActive(record.repositories, open, now());
  // Before anything is asked: a pass that is cut off must not forget who was active.
  const remembered = await writeRecord(record, active, ports);
  if (remembered === undefined) return counted;
  const swept = await sweepDue(active, { ...ports, budget: createSweepBudget(now), counted });
  await writeRecord(remembered, swept, ports);
  return counted;
}

async function sweepDue(
  active: readonly ActiveRepository[],
  pass: Pass,
): Promise<readonly ActiveRepository[]> {
  const swept = new Map<number, ActiveRepository>();
  for (const repository of chooseRepositories(active, pass.now())) {
    // Whose turn does not come stays due, and is first in the next pass.
    if (pass.budget.isSpent()) break;
    swept.set(repository.repository.id, await sweepRepository(repository, pass));
  }
  return active.map((one) => swept.get(one.repository.id) ?? one);
}

// A repository that cannot be swept has its next turn after the others.
async function sweepRepository(target: ActiveRepository, pass: Pass): Promise<ActiveRepository> {
  pass.counted.swept += 1;
  try {
    return await sweepRuns(target, pass);
  } catch (error) {
    warn(error, target, pass);
    return finishSweep(target, { runs: target.runs, complete: true }, pass.now());
  }
}

async function sweepRuns(target: ActiveRepository, pass: Pass): Promise<ActiveRepository> {
  const now = pass.now();
  const listed = await listRuns(target, pass);
  if (listed === undefined) return finishSweep(target, { ...target, complete: false }, now);
  const runs: SweptRun[] = [...keepUnchanged(listed, target.runs, now)];
  let complete = true;
  for (const run of chooseRuns(listed, target.runs, now)) {
    const outcome = await sweepRun(run, target, pass);
    if (outcome === "done") runs.push({ ...run, sweptAt: now });
    if (outcome === "unfinished") complete = false;
  }
  return finishSweep(target, { runs, complete }, now);
}

// A queued job can be in a run that is in progress, and a run can change from one list to the other.
async function listRuns(
  target: ActiveRepository,
  pass: Pass,
): Promise<readonly OpenRun[] | undefined> {
  const byId = new Map<number, OpenRun>();
  for (const status of ["queued", "in_progress"] as const) {
    const page = await ask(target, pass, async () => pass.runs.listRuns(target, status));
    if (page === undefined) return undefined;
    for (const run of page.entries) byId.set(run.id, run);
  }
  return [...byId.values()];
}

// One run must not keep the others of its repository from being looked into.
async function sweepRun(
  run: OpenRun,
  target: ActiveRepository,
  pass: Pass,
): Promise<"done" | "unfinished" | "failed"> {
  try {
    return (await announceQueued(run, target, pass)) ? "done" : "unfinished";
  } catch (error) {
    warn(error, target, pass);
    return "failed";
  }
}

// Whether nothing of the run is left to be told.
async function announceQueued(
  { id }: OpenRun,
  target: ActiveRepository,
  pass: Pass,
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
async function announce(envelope: JobEnvelope, pass: Pass): Promise<boolean> {
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
  { budget }: Pass,
  question: () => Promise<Page<T>>,
): Promise<Page<T> | undefined> {
  if (!budget.take(owner)) return undefined;
  const page = await question();
  budget.note(owner, page.left);
  return page;
}

// A limit is the owner's, a refusal the repository's; anything else would meet the others as well, and
// waiting for it would use up the time of this pass.
function warn(error: unknown, { repository }: ActiveRepository, { log, budget }: Pass): void {
  const code = error instanceof GitHubError ? error.code : undefined;
  if (code === "GitHubRateLimited") budget.note(repository.owner, 0);
  else if (!(error instanceof GitHubError) || error.retryable) budget.stop();
  log.warn("repository not swept", { repository: repository.fullName, error });
}
