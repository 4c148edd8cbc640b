import type { MonitorOptions, Violation } from "./contract.ts";
import type { Deadlines } from "./deadlines.ts";
import type { FaultName } from "./fault-rates.ts";
import type { Strike } from "./strikes.ts";

/** What every part of the monitor works with. */
export type Parts = Pick<MonitorOptions, "services" | "timeline"> & {
  readonly deadlines: Deadlines;
  readonly report: (violation: Omit<Violation, "at">) => void;
  /** What faults struck this job so far. */
  readonly strikesOf: (jobId: number) => readonly Strike[];
  /** When the fault last struck anybody; 0: never. */
  readonly lastStrike: (fault: FaultName) => number;
  /** When a wait that began then counts from: later where GitHub's limits keep everybody waiting. */
  readonly countFrom: (since: number) => number;
  /** How often the fault has struck so far. */
  readonly countOf: (fault: FaultName) => number;
  /** How many passes of reconcile have been hindered by a fault since then. */
  readonly hinderedSince: (since: number) => number;
  /** How many faults struck so far, whomever, that somebody may have to wait for. */
  readonly struck: () => number;
};

/** Milliseconds as people read them. */
export function spell(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}
