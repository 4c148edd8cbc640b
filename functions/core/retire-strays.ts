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
 * @returns whether all that was listed was seen to, and nothing of it needs another look at once
 * @throws what failed of the list
 */
export async function retireStrays(list: ListComputes, ports: StrayPorts): Promise<boolean> {
  const { now, log } = ports;
  const until = now() + strayTime;
  const seen: Seen[] = [];
  let listed = 0;
  try {
    for await (const page of list()) {
      listed += page.length;
      seen.push(...(await lookThrough(page, ports)));
      if (now() >= until) break;
    }
  } finally {
    const strays = seen.filter(({ as }) => as === "stray").map(({ runnerName }) => runnerName);
    log.info("runners looked through for strays", { listed, strays });
  }
  return seen.every(({ as }) => as !== "unseen");
}

/** What a runner was seen as, where it could be. */
type Seen = { readonly runnerName: string; readonly as: "left" | "stray" | "unseen" };

async function lookThrough(
  page: readonly ListedCompute[],
  ports: StrayPorts,
): Promise<readonly Seen[]> {
  const { now, runnerPrefix } = ports;
  const old = page.filter(
    ({ runnerName, startedAt }) =>
      now() - startedAt >= strayAfter && readRunnerName(runnerPrefix, runnerName) !== undefined,
  );
  return Promise.all(
    old.map(async (compute) => {
      const { runnerName, computeId } = compute;
      try {
        return { runnerName, as: await retireIfStray(compute, ports) };
      } catch (error) {
        ports.log.warn("runner not looked at", { runnerName, computeId, error });
        return { runnerName, as: "unseen" };
      }
    }),
  );
}

async function retireIfStray(compute: ListedCompute, ports: StrayPorts): Promise<Seen["as"]> {
  const { ledger, log, now, runnerPrefix, idleSeconds } = ports;
  const { runnerName, computeId } = compute;
  const { version, items } = await readAbout(runnerName, ports);
  const stray = findStray(compute, items, { now: now(), runnerPrefix, idleSeconds });
  if (stray === undefined) return "left";
  if (stray === "unknown") {
    log.warn("runner is unknown to the ledger", { runnerName, computeId });
    return "left";
  }
  // Whoever wrote meanwhile knows something newer.
  return (await ledger.write(stray, version)) ? "stray" : "unseen";
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
