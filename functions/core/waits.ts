const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** How long an item is kept after its last write, in milliseconds. */
export const retention = 30 * day;

/** How long a launch belongs to one invocation: the functions' timeout of 15 s and 5 s more. */
export const leaseDuration = 20 * second;

/**
 * How old a launch of unknown outcome is at least when it is said to have started nothing. What a
 * service lists lags behind what it has: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export const settleAfter = 30 * second;

/**
 * After how long no other launch is settled by the same invocation, in milliseconds: one takes up to three
 * calls of four seconds each, of the fifteen that the function has.
 */
export const settleTime = 3 * second;

/**
 * After how long an invocation begins no other launch of a job, nor looks for its runners any more, in
 * milliseconds: with up to three calls of four seconds each it would be killed halfway.
 */
export const latestRung = 5 * second;

/**
 * How old a launch is at least when a registration that GitHub did not answer about is said to be none: it
 * was asked within eight seconds, and GitHub gives a request up after ten.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
export const registeredAfter = 20 * second;

/**
 * How much longer than for capacity a job waits for what became of an earlier launch to be found out, in
 * milliseconds: only as long as that may be is another one not started for it.
 */
export const settlePatience = 10 * minute;

/** GitHub ends a job that has been queued for a day: https://docs.github.com/en/actions/reference/limits */
export const queuedAtMost = day;

/** It ends one that has run for five on a runner like ours. */
export const ranAtMost = 5 * day;

/** After how long without `in_progress` GitHub is asked where a launched job stands. */
export const overdueAfter = 5 * minute;

/**
 * How long a runner may be busy while its job is queued, besides the time that it may idle: one that is
 * bound to it and does not know of it ends as idle before that, and one that is still up has another job.
 */
export const takenAfter = 5 * minute;

/**
 * How long a runner without a job was up at least, from its launch, when it is said to have idled, unless
 * it may idle for less: GitHub removes the registration of some that wait for two minutes.
 * https://github.com/actions/runner/issues/4726
 */
export const idledAfter = 2 * minute;

/** How long a runner takes at most, as a rule, from its launch, or the end of its queue, to being connected. */
export const bootTime = 2 * minute;

/** How long a build may take from the end of its queue until it runs its runner; five minutes are usual. */
export const provisioningTime = 15 * minute;

/** How long it is left at least the first time that it is seen so: it may have just been given the job. */
export const takenWait = minute;

/** After how long GitHub is asked whether a running job still runs: `completed` may never come. */
export const runningCheckAfter = 60 * minute;

/** After how long GitHub is asked again about a job that it did not find. */
export const notFoundWait = minute;

/** How often GitHub may fail to say where a job without a runner stands before it gets one all the same. */
export const mostAsked = 5;

/** After how long the removal of a registration is tried again, in milliseconds. */
export const removalWait = 20 * second;

/**
 * After how long without a connection GitHub itself removes the registration of an ephemeral runner:
 * https://docs.github.com/en/actions/concepts/runners/communicating-with-self-hosted-runners
 */
export const unusedAfter = day;

/** How long a failed run waits each time for the end of the runners that its jobs had. */
export const runnerEndWait = 30 * second;

/** How long after its end a run may be run again: later its commit may no longer be wanted. */
export const rerunAtMost = day / 4;

/** After how long GitHub is asked whether a job still waits, before it gets a runner. */
export const staleAfter = 30 * minute;

/** How often a failed run is looked at, or asked to be run again, before that is given up. */
export const mostRerunTries = 10;

/** How long a task or build may go on after nobody needs it any more, before its runner is retired. */
export const strayAfter = 5 * minute;

/** After how long no further page of what runs is looked at: the function has fifteen seconds for all. */
export const strayTime = 5 * second;

/** For how long GitHub is not asked whether a runner has ended that a foreign job took. */
export const foreignAfter = 30 * minute;

/** How long a refused job tries to get a runner that tells so, from its turn on. */
export const refusalDeadline = 10 * minute;

/** How long a job waits at least for an image that is being built; most builds are much faster. */
export const imageDeadline = 60 * minute;

/** How often GitHub is asked to show a notice before that is given up: for about a day. */
export const mostTellings = 28;

/** How long a runner that has ended may seem to have the job that GitHub says it has. */
export const deadNamedAfter = 2 * minute;

/** The same where GitHub does not say which job: it fails a running one after some ten minutes. */
export const deadUnnamedAfter = 12 * minute;

/** How much too early a reminder may come: the clocks of two machines never agree. */
export const clockTolerance = 2 * second;

/** How many runners may end without having taken their job before it is refused. */
export const mostLosses = 5;

/** The same for a refused job, those before its refusal included. */
export const mostRefusedLosses = 8;

/** Milliseconds until the next try after `losses` lost runners: 0, 5, 10, 20, then 40 s. */
export function lossWait(losses: number): number {
  return losses <= 1 ? 0 : 5 * second * 2 ** Math.min(3, losses - 2);
}

/**
 * Milliseconds until a job is overdue that was launched after `losses` lost runners. From the third
 * runner on it is twice as long: an image may take longer to arrive than the first ones were given.
 */
export function overdueWait(losses: number): number {
  return losses < 2 ? overdueAfter : 2 * overdueAfter;
}

/** Milliseconds until capacity is asked for again: exponential with full jitter, 5 minutes at most. */
export function capacityWait(waits: number, jitter: number): number {
  return second + Math.floor(jitter * Math.min(5 * minute, 10 * second * 2 ** waits));
}

/**
 * Milliseconds after a turn that was handed out: some seconds with full jitter, as the turns of several
 * instances coincide. What a limit has held up for the tenth time has another reason than its queue.
 */
export function turnWait(waits: number, jitter: number): number {
  const growth = 2 ** Math.max(0, waits - 9);
  return second + Math.floor(jitter * Math.min(5 * minute, 5 * second * growth));
}

/** Milliseconds until GitHub is asked again about a job that it has held back for so long. */
export function heldWait(age: number): number {
  if (age < 60 * minute) return 5 * minute;
  return age < day / 4 ? 10 * minute : 60 * minute;
}

/** Milliseconds until a job gets another runner of which so many idled while others of its run ran. */
export function siblingWait(idled: number): number {
  if (idled <= 2) return 0;
  return idled === 3 ? 5 * minute : 10 * minute;
}

/** Milliseconds until it is looked again for an image that was not built yet: half a minute or so. */
export function imageWait(jitter: number): number {
  return Math.floor(30 * second * (0.5 + jitter));
}

/**
 * Milliseconds until a message whose handling failed is tried again: a moment at first, with full jitter.
 * From the fifth time on whatever is down is down for longer, and after ten times the message is set
 * aside: so the waits then grow by 4 to 8 minutes each, and an hour at least passes before the tenth.
 */
export function failureWait(receives: number, jitter: number): number {
  const late = Math.min(5, receives - 4);
  if (late <= 0) return second + Math.floor(jitter * 5 * second * 2 ** receives);
  const least = late * 4 * minute;
  return least + Math.floor(jitter * least);
}

/** Milliseconds until a notice is tried again: exponential with jitter, from a minute to an hour. */
export function tellWait(waits: number, jitter: number): number {
  return Math.floor(minute * 2 ** Math.min(6, waits) * (0.5 + jitter / 2));
}

/** Milliseconds until a retirement that failed is tried again: half as long as it is owed, an hour at most. */
export function retireWait(age: number): number {
  return Math.min(60 * minute, Math.max(removalWait, Math.floor(age / 2)));
}
