const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** How long an item is kept after its last write, in milliseconds. */
export const retention = 30 * day;

/** How long a launch belongs to one invocation: the functions' timeout of 15 s and 5 s more. */
export const leaseDuration = 20 * second;

/** After how long without `in_progress` GitHub is asked where a launched job stands. */
export const overdueAfter = 5 * minute;

/** After how long GitHub is asked whether a running job still runs: `completed` may never come. */
export const runningCheckAfter = 60 * minute;

/** After how long the removal of a registration is tried again, in milliseconds. */
export const removalWait = 20 * second;

/** How much too early a reminder may come: the clocks of two machines never agree. */
export const clockTolerance = 2 * second;

/** How many runners may end without having taken their job before a person is told. */
export const mostLosses = 5;

/** Milliseconds until the next try after `losses` lost runners: 0, 5, 10, 20, 40 s. */
export function lossWait(losses: number): number {
  return losses <= 1 ? 0 : 5 * second * 2 ** (losses - 2);
}

/** Milliseconds until capacity is asked for again: exponential with full jitter, 5 minutes at most. */
export function capacityWait(waits: number, jitter: number): number {
  return second + Math.floor(jitter * Math.min(5 * minute, 10 * second * 2 ** waits));
}

/** Milliseconds until a message whose handling failed is tried again: full jitter, 2 minutes at most. */
export function failureWait(receives: number, jitter: number): number {
  return second + Math.floor(jitter * Math.min(2 * minute, 5 * second * 2 ** receives));
}
