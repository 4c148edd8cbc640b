import type { Origin } from "./job.ts";
import type { LedgerItem } from "./ledger.ts";
import type { Log } from "./log.ts";

/** Knows until when GitHub gives jobs to runners of a version. */
export interface RunnerVersions {
  /** Milliseconds since the epoch; undefined as long as GitHub has not set a time. */
  readRetirement(origin: Origin, version: string): Promise<number | undefined>;
}

/** What a look at the versions needs. */
export type VersionPorts = {
  readonly runnerVersions: RunnerVersions;
  readonly log: Log;
  readonly now: () => number;
  readonly stack: string;
};

const hour = 3_600_000;
const day = 24 * hour;

/** How many owners are asked in the name of until GitHub tells: each failure takes its time. */
const mostOwners = 5;

/**
 * A pass that measures, once an hour while there are jobs, how many days the runners of our images have
 * left. GitHub retires a version thirty days after a newer one is out, or at once:
 * https://github.com/orgs/community/discussions/194762
 */
export function createVersionPass(
  versions: readonly string[],
  ports: VersionPorts,
): (open: readonly LedgerItem[]) => Promise<void> {
  let quietUntil = versions.length === 0 ? Number.POSITIVE_INFINITY : 0;
  return async (open) => {
    if (ports.now() < quietUntil) return;
    const origins = oneOfEachOwner(open);
    if (origins.length > 0) quietUntil = ports.now() + hour;
    for (const origin of origins) {
      try {
        await tellRetirement(versions, origin, ports);
        return;
      } catch (error) {
        ports.log.warn("runner versions not looked up", { versions, error });
      }
    }
  };
}

// The App may have been removed by some of them, and any other will do.
function oneOfEachOwner(open: readonly LedgerItem[]): readonly Origin[] {
  const jobs = open.flatMap((item) => (item.kind === "job" ? [item.job] : []));
  const byOwner = new Map(jobs.map((job) => [job.repository.owner, job]));
  return [...byOwner.values()].slice(0, mostOwners);
}

async function tellRetirement(
  versions: readonly string[],
  origin: Origin,
  { runnerVersions, log, now, stack }: VersionPorts,
): Promise<void> {
  const known = await Promise.all(
    versions.map(async (version) => runnerVersions.readRetirement(origin, version)),
  );
  const times = known.filter((time) => time !== undefined);
  if (times.length === 0) return;
  const RunnerVersionDaysLeft = Math.floor((Math.min(...times) - now()) / day);
  const figures = { RunnerVersionDaysLeft };
  log.info("runner versions looked up", { versions }, { at: now(), stack, figures });
}
