import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import type { Item } from "../aws/dynamodb/attribute-value.ts";
import type { Job } from "../github/model.ts";
import type { Services } from "../services.ts";

const minute = 60_000;

/** Longer than any webhook is late, and any delivery waits for being sent again. */
const keptAfterTheEnd = 60 * minute;
const keptDeliveries = 10 * minute;

/**
 * Drops everything about jobs whose story is over, so that a simulation of any length fits into
 * memory: nobody looks at them again, neither the ledger nor GitHub. @returns the jobs that are gone
 */
export function forgetStories(
  { aws, gitHub }: Services,
  { table, now }: { readonly table: string; readonly now: number },
): readonly Job[] {
  const watched = new Set<number>();
  for (const item of aws.dynamoDb.items(table)) {
    if (item[ledgerTable.wakeAt] !== undefined) watched.add(subjectOf(item));
  }
  const gone = gitHub.forget({
    endedBefore: now - keptAfterTheEnd,
    mayGo: ({ id, runId }) => !watched.has(id) && !watched.has(runId),
    deliveredBefore: now - keptDeliveries,
    failedBefore: now - keptAfterTheEnd,
  });
  aws.codeBuild.forget(now - keptAfterTheEnd);
  const runs = new Set(gone.map(({ runId }) => runId));
  aws.dynamoDb.forget(table, (item) => {
    const id = subjectOf(item);
    if (id === 0 || watched.has(id)) return false;
    return runs.has(id) || (!isAboutRun(item) && gitHub.findJob(id) === undefined);
  });
  return gone;
}

/**
 * The job or run that an item is about, or the job that a runner was made for; 0 where the item is about
 * none. GitHub's ids of jobs and of runs are far apart.
 */
function subjectOf(item: Item): number {
  const pattern = /^(?:job#(\d+)-|run#(\d+)$|runner#.*?-(\d+)-\d+-\d+$)/u;
  const [, job, run, madeFor] = pattern.exec(keyOf(item)) ?? [];
  return Number(job ?? run ?? madeFor ?? 0);
}

function isAboutRun(item: Item): boolean {
  return keyOf(item).startsWith("run#");
}

function keyOf(item: Item): string {
  const key = item[ledgerTable.key];
  return key !== undefined && "S" in key ? key.S : "";
}
