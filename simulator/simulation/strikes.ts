import type { FaultName } from "./fault-rates.ts";

/** One time that a fault struck. */
export type Strike = {
  readonly fault: FaultName;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** What struck, so that a delay or another launch can be told from a mistake. */
export type Strikes = {
  readonly add: (strike: Strike, jobIds: readonly number[]) => void;
  /** What struck this job so far, oldest first. */
  readonly of: (jobId: number) => readonly Strike[];
  /** When the fault last struck anybody; 0: never. */
  readonly last: (fault: FaultName) => number;
  readonly counts: () => Readonly<Record<string, number>>;
  readonly forget: (jobId: number) => void;
};

/** No fault has struck yet. */
export function createStrikes(): Strikes {
  const byJob = new Map<number, Strike[]>();
  const last = new Map<FaultName, number>();
  const counts = new Map<string, number>();
  return {
    add: (strike, jobIds) => {
      counts.set(strike.fault, (counts.get(strike.fault) ?? 0) + 1);
      last.set(strike.fault, strike.at);
      for (const id of jobIds) {
        const known = byJob.get(id);
        if (known === undefined) byJob.set(id, [strike]);
        else known.push(strike);
      }
    },
    of: (jobId) => byJob.get(jobId) ?? [],
    last: (fault) => last.get(fault) ?? 0,
    counts: () => Object.fromEntries(counts),
    forget: (jobId) => {
      byJob.delete(jobId);
    },
  };
}
