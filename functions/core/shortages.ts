import type { JobItem, Launch } from "./ledger.ts";
import type { LaunchFailure, LaunchOutcome } from "./runner-provider.ts";

/** What one instance of a function remembers of capacity that it was denied a moment ago. */
export type Shortages = {
  /** What the launch would be told, as another job's of that size was. */
  readonly find: (item: JobItem, launch: Launch) => LaunchFailure | undefined;
  readonly note: (item: JobItem, launch: Launch, outcome: LaunchOutcome) => void;
};

/** How long an answer counts for others, in milliseconds: builds take some 40 seconds, tasks longer. */
const memory = 10_000;

/** How many launches in a row must have been denied: one alone is bad luck. */
const fewest = 2;

/**
 * Nothing is short yet. A thousand jobs that wait for capacity would use up GitHub's hourly limit in
 * minutes, two requests for each try; so those that have waited before let one of them find out. A
 * job's first try is always made.
 */
export function createShortages(now: () => number): Shortages {
  const known = new Map<string, Shortage>();
  return {
    find: (item, launch) => {
      const shortage = known.get(keyOf(item, launch));
      if (item.waits === 0 || shortage === undefined) return undefined;
      const isNews = shortage.count >= fewest && shortage.told !== item.id;
      return isNews && now() - shortage.at < memory ? shortage.failure : undefined;
    },
    note: (item, launch, outcome) => {
      const key = keyOf(item, launch);
      const isShort = outcome.kind === "no-capacity" || outcome.kind === "quota";
      const before = known.get(key);
      // New jobs must not keep those that wait from trying: only these find out for one another.
      const at = item.waits === 0 && before !== undefined ? before.at : now();
      const count = (before?.count ?? 0) + 1;
      if (isShort) known.set(key, { count, at, told: item.id, failure: outcome });
      else known.delete(key);
    },
  };
}

type Shortage = {
  /** How many were denied since the last one that was not. */
  readonly count: number;
  readonly at: number;
  /** Whose launch was the last. */
  readonly told: JobItem["id"];
  readonly failure: LaunchFailure;
};

function keyOf({ spec }: JobItem, { provider }: Launch): string {
  const { architecture, cpu, memory: gigabytes, disk } = spec;
  return [provider, architecture, cpu, gigabytes, disk].join(" ");
}
