import type { JobItem, Launch } from "./ledger.ts";
import type { LaunchFailure, LaunchOutcome } from "./runner-provider.ts";

/** What one instance of a function remembers of capacity that was not to be had a moment ago. */
export type Shortages = {
  /** What the launch would be told, as another job's of that size was. */
  readonly find: (item: JobItem, launch: Launch) => LaunchFailure | undefined;
  readonly note: (item: JobItem, launch: Launch, outcome: LaunchOutcome) => void;
};

/**
 * How long an answer counts for others, in milliseconds: builds take some 40 seconds, tasks longer. Where
 * nothing is to be had at all it counts for ever longer.
 */
const memory = { least: 10_000, most: 60_000 } as const;

/** How many launches in a row must have found no capacity: one alone is bad luck. */
const fewest = 2;

/** How many launches in a row must have been made until all may try at once again. */
const enough = 10;

/**
 * Nothing is short yet. A thousand jobs that wait for capacity would use up GitHub's hourly limit in
 * minutes, two requests for each try; so those that have waited before let one of them find out, and the
 * next one once that was let through. A job's first try is always made.
 */
export function createShortages(now: () => number): Shortages {
  const known = new Map<string, Shortage>();
  return {
    find: (item, launch) => {
      const key = keyOf(item, launch);
      const shortage = known.get(key);
      if (item.waits === 0 || shortage === undefined) return undefined;
      if (shortage.count < fewest || shortage.told === item.id) return undefined;
      if (now() < shortage.until) return shortage.failure;
      // This one finds out; the others wait for what it is told.
      known.set(key, { ...shortage, until: now() + memory.least });
      return undefined;
    },
    note: (item, launch, outcome) => {
      const key = keyOf(item, launch);
      const before = known.get(key);
      if (outcome.kind === "no-capacity" || outcome.kind === "quota") {
        known.set(key, afterShortage(before, { item, failure: outcome, now: now() }));
      } else if (outcome.kind === "started" && before !== undefined && before.made < enough) {
        known.set(key, { ...before, made: before.made + 1, misses: 0, until: now() });
      } else {
        known.delete(key);
      }
    },
  };
}

type Shortage = {
  /** How many launches found no capacity. */
  readonly count: number;
  /** How many jobs in a row that had waited before found none. */
  readonly misses: number;
  /** How many launches in a row were made since the last one that found none. */
  readonly made: number;
  /** Until when nobody else has to find out, in milliseconds since the epoch. */
  readonly until: number;
  /** Whose launch was the last that found none. */
  readonly told: JobItem["id"];
  readonly failure: LaunchFailure;
};

function afterShortage(
  before: Shortage | undefined,
  { item, failure, now }: { item: JobItem; failure: LaunchFailure; now: number },
): Shortage {
  const isNew = item.waits === 0;
  const misses = (before?.misses ?? 0) + (isNew ? 0 : 1);
  const wait = Math.min(memory.most, memory.least * 2 ** Math.max(0, misses - 3));
  // New jobs must not keep those that wait from trying: only these find out for one another.
  const until = isNew && before !== undefined ? before.until : now + wait;
  return { count: (before?.count ?? 0) + 1, misses, made: 0, until, told: item.id, failure };
}

function keyOf({ spec }: JobItem, { provider }: Launch): string {
  const { architecture, cpu, memory: gigabytes, disk } = spec;
  return [provider, architecture, cpu, gigabytes, disk].join(" ");
}
