import type { JobItem, Launch } from "./ledger.ts";
import type { LaunchFailure, LaunchOutcome } from "./runner-provider.ts";

/** What one instance of a function remembers of runners that could not be started a moment ago. */
export type Shortages = {
  /** What the launch would be told, as another job's was. */
  readonly find: (item: JobItem, launch: Launch) => LaunchFailure | undefined;
  readonly note: (item: JobItem, launch: Launch, outcome: LaunchOutcome) => void;
};

/**
 * How long an answer counts for others, in milliseconds: builds take some 40 seconds, tasks longer. Where
 * nothing is to be had at all it counts for ever longer.
 */
const memory = { least: 10_000, most: 60_000 } as const;

/** How many launches in a row must have failed: one alone is bad luck. */
const fewest = 2;

/** How many launches in a row must have been made until all may try at once again. */
const enough = 10;

/**
 * Nothing is short yet. A thousand jobs that wait for a runner would use up GitHub's hourly limit in
 * minutes, two requests for each try; so those that have waited before let one of them find out, and the
 * next one once that was let through. A job's first try is always made.
 */
export function createShortages(now: () => number): Shortages {
  const known = new Map<string, Shortage>();
  return {
    find: (item, launch) => {
      if (item.waits === 0) return undefined;
      const met = Object.values(keysOf(item, launch)).flatMap((key) => {
        const shortage = known.get(key);
        const isMet = shortage !== undefined && shortage.count >= fewest;
        return isMet && shortage.told !== item.id ? [[key, shortage] as const] : [];
      });
      const lasting = met.find(([, { until }]) => now() < until);
      if (lasting !== undefined) return lasting[1].failure;
      // This one finds out; the others wait for what it is told.
      for (const [key, one] of met) known.set(key, { ...one, until: now() + memory.least });
      return undefined;
    },
    note: (item, launch, outcome) => {
      const keys = keysOf(item, launch);
      if (outcome.kind === "started") {
        for (const key of Object.values(keys)) letThrough(known, key, now());
        return;
      }
      const scope = scopes[outcome.kind];
      if (scope === undefined) return;
      const failure = toTell(outcome);
      const before = known.get(keys[scope]);
      known.set(keys[scope], afterShortage(before, { item, failure, now: now() }));
    },
  };
}

type Scope = "size" | "image" | "service";

// Whom an answer concerns. A throttle concerns the moment, and a request that is wrong its own job.
const scopes: Readonly<Partial<Record<LaunchFailure["kind"], Scope>>> = {
  "no-capacity": "size",
  quota: "size",
  denied: "image",
  unknown: "service",
};

// Of a job that only hears of it nothing was launched, so that it may go on to its next rung at once.
function toTell(failure: LaunchFailure): LaunchFailure {
  return failure.kind === "unknown" ? { ...failure, kind: "no-capacity" } : failure;
}

function letThrough(known: Map<string, Shortage>, key: string, now: number): void {
  const before = known.get(key);
  if (before === undefined) return;
  if (before.made >= enough) known.delete(key);
  else known.set(key, { ...before, made: before.made + 1, misses: 0, until: now });
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

function keysOf({ spec, job }: JobItem, { provider }: Launch): Readonly<Record<Scope, string>> {
  const { architecture, cpu, memory: gigabytes, disk, image } = spec;
  return {
    size: [provider, architecture, cpu, gigabytes, disk].join(" "),
    // And with the repository's role.
    image: [provider, architecture, image, job.repository.fullName].join(" "),
    service: provider,
  };
}
