import type { FaultName } from "./fault-rates.ts";
import type { Strike } from "./strikes.ts";

const second = 1_000;
const minute = 60 * second;

/** What must always hold, by number and name. */
export const invariants = {
  served: "1 served or told",
  oneRunner: "2 one runner a job",
  token: "2 one launch a token",
  jitConfig: "3 a JIT config is used once",
  idle: "4 nothing idle",
  registration: "5 no registration left",
  busy: "6 no busy runner is stopped",
  secret: "7 nothing secret is told",
  limit: "8 within GitHub's limits",
  launches: "9 no launch too many",
  sleep: "10 no function sleeps",
  debt: "11 debts are paid",
  rerun: "12 what was interrupted is run again",
  poison: "13 what cannot be read is set aside",
  redelivery: "14 what was not delivered is asked for again",
} as const;

/** The bounds of the invariants, in milliseconds, where no fault explains more. */
export const bounds = {
  // Half a minute to start a task, the 90 seconds in which one that came to nothing, or took another
  // job, is replaced, half a minute for the second one, and as much for what comes in between. Less
  // than the five minutes after which a job is merely overdue: that safety net must not be needed.
  served: 4 * minute,
  // GitHub takes 180 new runners a minute, so every job that came before costs a third of a second.
  servedPerJobBefore: second / 2.5,
  // Twenty builds run at once, of some 40 seconds each.
  servedPerBuildBefore: 3 * second,
  // A job that only reconcile can find waits for the next pass where a fault struck the one that would
  // have found it.
  servedPerHinderedPass: minute,
  // Of a job whose turn has come GitHub tells nothing: it is asked every five minutes, by a pass.
  servedUntold: 6 * minute,
  // A runner gives up after five minutes by default (TORNADE_IDLE_SECONDS), and has one more to end in.
  idle: 6 * minute,
  // The job is overdue after five minutes, or after ten from its third runner on; then comes a pass, and
  // what is owed about the runner.
  booting: 13 * minute,
  // Five seconds after the news; twenty more while its launch may be under way.
  cancelled: 30 * second,
  // Where nobody tells that a job is over, GitHub is asked an hour after it began.
  untold: 60 * minute,
  // From the end of its job to the end of its machine: the exit, and ECS's own ten seconds.
  afterJob: minute,
  // To remove it is a debt like any other.
  registration: 2 * minute,
  // Between the registration and the launch there may be a takeover: a lease, and a pass of reconcile.
  unusedRegistration: 10 * minute,
  // docs/reliability.md, invariant 11.
  debt: 2 * minute,
  // What a run owes concerns none of its jobs more than another: any fault in between explains more.
  debtOfRun: 8 * minute,
  // The most that GitHub's own limits explain: a burst of a thousand jobs is served in six minutes. Then
  // comes the pass of reconcile that looks again.
  limited: 10 * minute,
  afterLimit: minute,
  // The end of a runner is waited for in steps of half a minute.
  rerun: 3 * minute,
  // docs/reliability.md, invariant 14, and what GitHub takes to record the second try.
  redelivery: 90 * second + 15 * second,
  // It is handled as soon as it is received, which may be by an instance that has to start. Where too
  // many run already, Lambda refuses the batch, and it comes again after its 90 seconds.
  poison: 2 * 90 * second + 30 * second,
  // It comes again once its visibility timeout is over.
  poisonPerDeath: 90 * second,
} as const;

/** GitHub's own limits, and the requests that may be under way when one is reached. */
export const limits = {
  pointsPerMinute: 900,
  requestsPerHour: 5_000,
  underWay: 100,
  // Waits that double with full jitter come to some ten tries in that time.
  triesInFiveMinutes: 30,
} as const;

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
