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
    if (item[ledgerTable.wakeAt] !== undefined) watched.add(jobIdOf(item));
  }
  const gone = gitHub.forget({
    endedBefore: now - keptAfterTheEnd,
    mayGo: ({ id }) => !watched.has(id),
    deliveredBefore: now - keptDeliveries,
    failedBefore: now - keptAfterTheEnd,
  });
  aws.codeBuild.forget(now - keptAfterTheEnd);
  aws.dynamoDb.forget(table, (item) => {
    const id = jobIdOf(item);
    return id !== 0 && !watched.has(id) && gitHub.findJob(id) === undefined;
  });
  return gone;
}

/** The job that an item is about, or that a runner was made for; 0 where the item is about neither. */
function jobIdOf(item: Item): number {
  const key = item[ledgerTable.key];
  const text = key !== undefined && "S" in key ? key.S : "";
  return Number(/^(?:job#|runner#.*?-(?=\d+-\d+-\d+$))(\d+)-/u.exec(text)?.[1] ?? 0);
}
