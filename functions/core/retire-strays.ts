import type { Items } from "./decision.ts";
import { findStray, type ListedCompute, type StrayRules } from "./find-stray.ts";
import { type ItemId, jobItemId, type Ledger, type LedgerItem, runnerItemId } from "./ledger.ts";
import type { Log } from "./log.ts";
import { readRunnerName } from "./runner-name.ts";
import { strayAfter, strayTime } from "./waits.ts";

/** Lists what runs on one kind of compute, page by page, though a page may be empty. */
export type ListComputes = () => AsyncIterable<readonly ListedCompute[]>;

/** What looking for strays needs of the outside. */
export type StrayPorts = Omit<StrayRules, "now"> & {
  readonly ledger: Pick<Ledger, "read" | "write">;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * Has whatever goes on without need retired: a runner whose program hangs after its job, or of which the
 * ledger thinks that it has ended. The write is all that is done here; the item is then due like any other.
 * Only what carries a name of ours is looked at, and nothing that was just started. What fails for one keeps
 * none of the others from being looked at, and a page that is not listed none of those before it.
 * @throws what failed of the list
 */
export async function retireStrays(list: ListComputes, ports: StrayPorts): Promise<void> {
  const { now, log } = ports;
  const until = now() + strayTime;
  const strays: string[] = [];
  let listed = 0;
  try {
    for await (const page of list()) {
      listed += page.length;
      strays.push(...(await retireThose(page, ports)));
      if (now() >= until) break;
    }
  } finally {
    log.info("runners looked through for strays", { listed, strays });
  }
}

async function retireThose(
  page: readonly ListedCompute[],
  ports: StrayPorts,
): Promise<readonly string[]> {
  const { now, runnerPrefix } = ports;
  const old = page.filter(
    ({ runnerName, startedAt }) =>
      now() - startedAt >= strayAfter && readRunnerName(runnerPrefix, runnerName) !== undefined,
  );
  const found = await Promise.all(old.map(async (compute) => retireIfStray(compute, ports)));
  return old.flatMap(({ runnerName }, index) => (found[index] === true ? runnerName : []));
}

async function retireIfStray(compute: ListedCompute, ports: StrayPorts): Promise<boolean> {
  const { ledger, log, now, runnerPrefix, idleSeconds } = ports;
  const { runnerName, computeId } = compute;
  try {
    const { version, items } = await readAbout(runnerName, ports);
    const stray = findStray(compute, items, { now: now(), runnerPrefix, idleSeconds });
    if (stray === "unknown") {
      log.warn("runner is unknown to the ledger", { runnerName, computeId });
      return false;
    }
    // Whoever wrote meanwhile knows something newer; the next pass sees it.
    return stray !== undefined && (await ledger.write(stray, version));
  } catch (error) {
    log.warn("runner not looked at", { runnerName, computeId, error });
    return false;
  }
}

// The runner, the job it was made for, and the one that it has.
async function readAbout(
  name: string,
  { ledger, runnerPrefix }: StrayPorts,
): Promise<{ readonly version: number; readonly items: Items }> {
  const { item: runner, version } = await ledger.read(runnerItemId(name));
  const serves = runner?.kind === "runner" ? runner.serves : undefined;
  const keys = new Set([readRunnerName(runnerPrefix, name)?.jobKey, serves]);
  const reads = [...keys].flatMap((key) => (key === undefined ? [] : ledger.read(jobItemId(key))));
  const jobs = (await Promise.all(reads)).map(({ item }) => item);
  const known = [runner, ...jobs].filter((item) => item !== undefined);
  return { version, items: new Map<ItemId, LedgerItem>(known.map((item) => [item.id, item])) };
}
