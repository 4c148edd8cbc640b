import type { FaultName } from "./fault-rates.ts";
import type { Strike } from "./strikes.ts";

const second = 1_000;
const minute = 60 * second;

// The usual fault costs one more try: a lease that has to end, a pass of reconcile, a new launch.
const usualAllowance = 3 * minute;

/** How much longer something may take for each time that a fault struck, in milliseconds. */
const allowances: Partial<Record<FaultName, number>> = {
  // In a repository that was active lately it is found within 6 minutes, and in any other within 8 of a
  // push. Where none was pushed to, each hundred have their turn in 20 minutes; then comes the look that
  // sees it (5), a pass (1), and two more that a fault may cost.
  "webhook-never-made": 28 * minute,
  // Re-requested within 90 seconds, and the second delivery takes as long as the first.
  "webhook-lost": 5 * minute,
  // A receiver that dies with a delivery leaves it as failed as one that never reached it.
  "webhook-answer-lost": 5 * minute,
  "killed-before": 5 * minute,
  "killed-after": 5 * minute,
  "timed-out": 5 * minute,
  "webhook-delayed": 8 * minute,
  // The job is overdue after five minutes; then its runner is given up and another one started.
  "never-pulls": 8 * minute,
  "never-connects": 8 * minute,
  // It has fifteen minutes, and is looked at every five; then it is retired and another one started.
  "never-provisioned": 22 * minute,
  // Five minutes after it should have ended, at the next look, which comes every five; then a pass, what is
  // owed, and the two minutes after which ECS kills what does not end; more for passes that were hindered.
  "machine-hangs": 16 * minute,
  "event-lost": 8 * minute,
  "event-late": 6 * minute,
  "ghost-runner": 8 * minute,
  "runner-removed": 8 * minute,
  // GitHub tells of it at once, and the job gets another runner at once.
  "runner-stolen": 90 * second,
  "message-missed": 8 * minute,
  // Three replacements idle in vain before GitHub is known not to give the job to any.
  "bound-for-good": 8 * minute,
  "slow-start": 5 * minute,
  "no-capacity": 6 * minute,
  "builds-limited": 6 * minute,
  // The usual bound has room for one runner that came to nothing and was replaced in 90 seconds.
  "start-fails": minute,
  "spot-before": minute,
  "session-conflict": minute,
  drought: 6 * minute,
  // An hour until it is refused, a quarter for the refusal, and what comes in between.
  starved: 85 * minute,
  "message-out-of-order": minute,
  "webhook-reordered": minute,
  "message-poisoned": 0,
  "job-cancelled": 0,
  "job-expired": 0,
  "clock-skewed": 0,
  "webhook-duplicated": 0,
  "webhook-told-twice": 0,
  "event-duplicated": 0,
};

/** Faults whose jobs nobody hears of but reconcile. */
export const foundByReconcile: ReadonlySet<FaultName> = new Set([
  "webhook-never-made",
  "webhook-lost",
  "webhook-answer-lost",
]);

/** How much longer the faults that struck explain, in milliseconds. */
export function allowanceOf(strikes: readonly Strike[]): number {
  return strikes.reduce((sum, { fault }) => sum + (allowances[fault] ?? usualAllowance), 0);
}

/** Faults that are no reason to launch anything once more. */
const launchless: ReadonlySet<FaultName> = new Set([
  "webhook-lost",
  "webhook-never-made",
  "webhook-answer-lost",
  "webhook-duplicated",
  "webhook-told-twice",
  "webhook-delayed",
  "webhook-reordered",
  "webhook-misrouted",
  "message-redelivered",
  "message-visible-early",
  "message-out-of-order",
  "message-poisoned",
  "ledger-conflict",
  "ledger-throttled",
  "ledger-unavailable",
  "ledger-answer-lost",
  "event-duplicated",
  "event-late",
  "event-lost",
  "jwt-refused",
  "token-refused",
  "github-limited",
  "github-limited-silently",
  "job-cancelled",
  "job-expired",
  "clock-skewed",
]);

/** How many launches more the faults that struck explain. */
export function countExplained(strikes: readonly Strike[]): number {
  return strikes.filter(({ fault }) => !launchless.has(fault)).length;
}

/** Faults that nobody has to wait for. */
const harmless: ReadonlySet<string> = new Set<FaultName>([
  "spot-before",
  "spot-during",
  "spot-after",
  "webhook-duplicated",
  "webhook-told-twice",
  "message-redelivered",
  "message-poisoned",
  "event-duplicated",
  "clock-skewed",
]);

/** How many faults struck that somebody may have to wait for. */
export function countDelays(counts: Readonly<Record<string, number>>): number {
  const delays = Object.entries(counts).filter(([fault]) => !harmless.has(fault));
  return delays.reduce((sum, [, count]) => sum + count, 0);
}
