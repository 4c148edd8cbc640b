import type { ActiveRepository } from "./cursor-item.ts";
import { isRefused } from "./sweep-budget.ts";
import { type SweepPass, warn } from "./sweep-pass.ts";
import { type Sweep, sweepRuns } from "./sweep-runs.ts";
import { chooseRepositories, finishSweep } from "./sweep.ts";

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
    return { repository: finishSweep(target, rest, pass.now()), isSettled, isForgotten: false };
  }
}
