import type { ActiveRepository } from "./cursor-item.ts";
import type { JobQueue } from "./job-queue.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import type { Policy } from "./policy.ts";
import type { Page, OpenRuns } from "./open-runs.ts";
import { heedFailure, type SweepBudget } from "./sweep-budget.ts";

/** What a sweep acts through. */
export type SweepPorts = {
  readonly now: () => number;
  readonly launchLabel: string;
  /** Who may have runners. */
  readonly policy: Policy;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly runs: OpenRuns;
  readonly log: Log;
};

/** What came of a pass: repositories looked into, and jobs told of that nobody had told of. */
export type SweepCounts = { swept: number; announced: number };

/** One pass of a sweep. */
export type SweepPass = SweepPorts & {
  readonly budget: SweepBudget;
  readonly counted: SweepCounts;
};

/** Asks GitHub for a page about a repository; nothing where the budget does not allow it. */
export async function ask<T>(
  { repository: { owner } }: ActiveRepository,
  { budget }: SweepPass,
  question: () => Promise<Page<T>>,
): Promise<Page<T> | undefined> {
  if (!budget.take(owner)) return undefined;
  const page = await question();
  budget.note(owner, page.left);
  return page;
}

/** Tells of a question that was not answered, and heeds what that means for the rest of the pass. */
export function warn(
  error: unknown,
  { repository }: ActiveRepository,
  { log, budget }: SweepPass,
): void {
  heedFailure(error, repository.owner, budget);
  log.warn("repository not swept", { repository: repository.fullName, error });
}
