import type { Items } from "./decision.ts";
import { findStray, type ListedCompute, type StrayRules } from "./find-stray.ts";
import {
  type ItemId,
  jobItemId,
  type Ledger,
  type LedgerItem,
  type RunnerItem,
  runnerItemId,
} from "./ledger.ts";
import type { Log } from "./log.ts";
import { readRunnerName } from "./runner-name.ts";
import { strayAfter } from "./waits.ts";

/** Lists what runs on one kind of compute, and was started for runners. */
export type ListComputes = () => Promise<readonly ListedCompute[]>;

/** What looking for strays needs of the outside. */
export type StrayPorts = Omit<StrayRules, "now"> & {
  readonly ledger: Pick<Ledger, "read" | "write">;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** How many computes are asked about at a time. */
const atATime = 25;

/**
 * Has whatever goes on without need retired: a runner whose program hangs after its job, or of which the
 * ledger thinks that it has ended. The write is all that is done here; the item is then due like any other.
 * Only what carries a name of ours is looked at, and nothing that was just started.
 */
export async function retireStrays(list: ListComputes, ports: StrayPorts): Promise<void> {
  const { now, log, runnerPrefix } = ports;
  const listed = await list();
  const old = listed.filter(
    ({ runnerName, startedAt }) =>
      now() - startedAt >= strayAfter && readRunnerName(runnerPrefix, runnerName) !== undefined,
  );
  const strays: string[] = [];
  for (let first = 0; first < old.length; first += atATime) {
    const group = old.slice(first, first + atATime);
    const found = await Promise.all(group.map(async (compute) => retireIfStray(compute, ports)));
    strays.push(...found.filter((name) => name !== undefined));
  }
  log.info("runners looked through for strays", {
    listed: listed.length,
    looked: old.length,
    strays,
  });
}

async function retireIfStray(
  compute: ListedCompute,
  ports: StrayPorts,
): Promise<string | undefined> {
  const { ledger, log, now, runnerPrefix, idleSeconds } = ports;
  const { runnerName, computeId } = compute;
  const { item, version } = await ledger.read(runnerItemId(runnerName));
  const items = await readItems(item, compute, ports);
  const stray = findStray(compute, items, { now: now(), runnerPrefix, idleSeconds });
  if (stray === "unknown") {
    log.warn("runner is unknown to the ledger", { runnerName, computeId });
    return undefined;
  }
  // Whoever wrote meanwhile knows something newer; the next pass sees it.
  return stray !== undefined && (await ledger.write(stray, version)) ? runnerName : undefined;
}

// The job that the runner has, or was made for, and the runner itself.
async function readItems(
  item: LedgerItem | undefined,
  compute: ListedCompute,
  { ledger, runnerPrefix }: StrayPorts,
): Promise<Items> {
  const runner: RunnerItem | undefined = item?.kind === "runner" ? item : undefined;
  const made = readRunnerName(runnerPrefix, compute.runnerName)?.jobKey;
  const key = runner?.serves ?? runner?.madeFor ?? made;
  const job = key === undefined ? undefined : (await ledger.read(jobItemId(key))).item;
  const known = [runner, job].filter((each) => each !== undefined);
  return new Map<ItemId, LedgerItem>(known.map((each) => [each.id, each]));
}
