import type { ActiveRepository, SweptRun } from "./cursor-item.ts";
import type { Repository } from "./job.ts";
import { openStatuses, type OpenStatus, type Page } from "./open-runs.ts";
import { whyShutOut } from "./policy.ts";
import { ask, type SweepPass } from "./sweep-pass.ts";
import { type RunOutcome, sweepRun } from "./sweep-run.ts";
import { chooseRuns, finishSweep, mergeRuns, type OpenRun } from "./sweep.ts";

/** A repository after its sweep. */
export type Sweep = {
  readonly repository: ActiveRepository;
  /** Whether nothing more can be found in it now. */
  readonly isSettled: boolean;
  /** Whether it is not to be swept again: another one has its name, or policy shuts it out by now. */
  readonly isForgotten: boolean;
};

/**
 * Looks into the open runs of a repository: page by page into those that are new, then into those that
 * have changed, or were not looked into for long. Where the budget ends before, the next pass goes on.
 */
export async function sweepRuns(target: ActiveRepository, pass: SweepPass): Promise<Sweep> {
  const now = pass.now();
  const known = new Set(target.runs.map(({ id }) => id));
  const look: Look = {
    target,
    pass,
    now,
    known,
    listed: new Map(),
    swept: [],
    outcomes: new Set(),
    isForgotten: false,
  };
  const isListed = await sweepNew(look);
  if (look.isForgotten) return { repository: target, isSettled: true, isForgotten: true };
  if (isListed) {
    const seen = [...look.listed.values()].filter(({ id }) => known.has(id));
    await sweepEach(chooseRuns(seen, target.runs, now), look);
  }
  const isOpen = ({ id }: SweptRun) => !isListed || look.listed.has(id);
  const runs = mergeRuns(target.runs.filter(isOpen), look.swept);
  const complete = isListed && !look.outcomes.has("unfinished");
  const isSettled = complete && !look.outcomes.has("failed");
  const repository = finishSweep(look.target, { runs, complete }, now);
  return { repository, isSettled, isForgotten: false };
}

type Look = {
  /** With its repository as GitHub listed it last. */
  target: ActiveRepository;
  readonly pass: SweepPass;
  readonly now: number;
  /** Ids of the runs that were looked into before. */
  readonly known: ReadonlySet<number>;
  readonly listed: Map<number, OpenRun>;
  readonly swept: SweptRun[];
  readonly outcomes: Set<RunOutcome>;
  isForgotten: boolean;
};

// Whether all open runs were listed. A queued job can be in a run that is in progress, and a run can
// change from one list to the other.
async function sweepNew(look: Look): Promise<boolean> {
  let statuses: readonly OpenStatus[] = openStatuses;
  for (let number = 1; statuses.length > 0; number += 1) {
    const pages = await listRuns(statuses, number, look);
    if (pages === undefined) return false;
    const runs = pages.flatMap(({ entries }) => entries);
    for (const { repository } of runs) recognise(repository, look);
    if (look.isForgotten) return false;
    const fresh = new Map(
      runs.filter(({ id }) => !look.listed.has(id)).map((run) => [run.id, run]),
    );
    for (const [id, run] of fresh) look.listed.set(id, run);
    await sweepEach(
      [...fresh.values()].filter(({ id }) => !look.known.has(id)),
      look,
    );
    statuses = statuses.filter((_status, index) => pages[index]?.hasMore === true);
  }
  return true;
}

// What is remembered of a repository may be a day old; before anything is told of its jobs, what GitHub
// says now counts.
function recognise(repository: Repository, look: Look): void {
  const { target, pass, now } = look;
  const isAnother = repository.id !== target.repository.id;
  const reason = isAnother ? "another one has its name" : whyShutOut(repository, pass.policy);
  if (reason === undefined) {
    look.target = { ...target, repository, knownAt: now };
  } else if (!look.isForgotten) {
    look.isForgotten = true;
    pass.log.info("repository not swept any more", { repository: repository.fullName, reason });
  }
}

async function listRuns(
  statuses: readonly OpenStatus[],
  number: number,
  { target, pass }: Look,
): Promise<readonly Page<OpenRun>[] | undefined> {
  const pages: Page<OpenRun>[] = [];
  for (const status of statuses) {
    const page = await ask(target, pass, async () => pass.runs.listRuns(target, status, number));
    if (page === undefined) return undefined;
    pages.push(page);
  }
  return pages;
}

async function sweepEach(runs: readonly OpenRun[], look: Look): Promise<void> {
  for (const run of runs) {
    const { id, updatedAt } = run;
    const outcome = await sweepRun(run, look.target, look.pass);
    // Without its repository, of which there is one for all runs.
    if (outcome === "done") look.swept.push({ id, updatedAt, sweptAt: look.now });
    look.outcomes.add(outcome);
  }
}
