import { rerunAtMost } from "./waits.ts";

/** One attempt of GitHub to deliver an event, from the App's list of deliveries. */
export type DeliveryAttempt = {
  /** A whole number of up to 64 bits, as text: JavaScript's own numbers have no room for it. */
  readonly id: string;
  /** Names the event; the same for every attempt. */
  readonly guid: string;
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number;
  /** What we answered, or what GitHub notes where we did not: 400 to 599 are failures to it. */
  readonly statusCode: number;
  readonly event: string;
  /** Asked for, by us or by somebody else. */
  readonly isRedelivery?: true;
  /** Asked for, and not listed (yet): `deliveredAt` is when that was. */
  readonly isUnlisted?: true;
};

const minute = 60_000;

/** GitHub delivers again what is not older than three days. */
export const redeliveredAtMost = 72 * 60 * minute;

/** What is older is not asked for: an hour less leaves room for clocks. */
export const redeliveryWindow = redeliveredAtMost - 60 * minute;

/** A delivery that times out appears in the list only after it began. */
const recordDelay = 5 * minute;

/** How long after the newest attempt the next one is asked for, by how often that was done before. */
const gaps = [0, 5 * minute, 30 * minute] as const;

const followedEvents: ReadonlySet<string> = new Set(["workflow_job", "workflow_run"]);

/** What a choice of deliveries goes by. */
export type Choice = {
  readonly now: number;
  readonly most: number;
  /** When GitHub was asked without an answer, where that was the last time, by GUID. */
  readonly unanswered?: ReadonlyMap<string, number>;
};

/**
 * The deliveries to be asked for again, the most urgent first. Tries are counted from GitHub's own
 * list. What we refused with a 4xx would be refused again, unless we have accepted something since:
 * then a wrong secret or setting has been mended.
 */
export function chooseRedeliveries(
  deliveries: readonly DeliveryAttempt[],
  { now, most, unanswered = new Map() }: Choice,
): readonly DeliveryAttempt[] {
  const acceptedAt = Math.max(0, ...deliveries.filter(isAccepted).map((one) => one.deliveredAt));
  return unsettled(deliveries, now)
    .filter((one) => isDue(one, { now, acceptedAt }))
    .toSorted((one, other) => rankOf(one, unanswered) - rankOf(other, unanswered))
    .slice(0, most)
    .map(({ attempts }) => newestOf(attempts));
}

/**
 * From when on accepted deliveries tell whether one of these failures is to be asked for again; nothing
 * where none may be due.
 */
export function acceptedSince(
  failures: readonly DeliveryAttempt[],
  now: number,
): number | undefined {
  const doubtful = unsettled(failures, now).filter(
    ({ attempts, gap }) => now - newestOf(attempts).deliveredAt >= gap,
  );
  if (doubtful.length === 0) return undefined;
  // By GitHub's clock alone: what came of our asking may have come before it by ours.
  const since = doubtful.map(({ attempts }) =>
    attempts.reduce((at, one) => (one.isUnlisted ? at : Math.max(at, one.deliveredAt)), 0),
  );
  return Math.min(now, ...since);
}

/**
 * The time up to which nothing is left to be asked for again: earlier deliveries need not be listed
 * any more. Never between the attempts of one event, whose number would be taken for smaller than it is.
 */
export function settledUntil(deliveries: readonly DeliveryAttempt[], now: number): number {
  const open = unsettled(deliveries, now).map(({ attempts }) => oldestOf(attempts).deliveredAt);
  const latest = Math.min(now - recordDelay, ...open);
  return groupByEvent(deliveries)
    .toSorted((one, other) => newestOf(other).deliveredAt - newestOf(one).deliveredAt)
    .reduce(
      (until, attempts) =>
        newestOf(attempts).deliveredAt < until
          ? until
          : Math.min(until, oldestOf(attempts).deliveredAt),
      latest,
    );
}

type Attempts = readonly [DeliveryAttempt, ...DeliveryAttempt[]];

/** Whether the attempt was asked for: GitHub has been seen to deliver an event twice by itself. */
export function isAskedFor({ isRedelivery, isUnlisted }: DeliveryAttempt): boolean {
  return isRedelivery === true || isUnlisted === true;
}

function countTries(attempts: Attempts): number {
  return attempts.filter(isAskedFor).length;
}

/** An event that never reached us, and how long after its newest attempt the next one is due. */
type Unsettled = { readonly attempts: Attempts; readonly gap: number };

function unsettled(deliveries: readonly DeliveryAttempt[], now: number): readonly Unsettled[] {
  return groupByEvent(deliveries).flatMap((attempts) => {
    const gap = gaps[countTries(attempts)];
    const { event, deliveredAt } = oldestOf(attempts);
    const isOver = attempts.some(isAccepted) || deliveredAt <= now - usefulFor(event);
    return gap === undefined || isOver ? [] : [{ attempts, gap }];
  });
}

// A run that ended longer ago is not run again any more.
function usefulFor(event: string): number {
  return event === "workflow_run" ? rerunAtMost : redeliveryWindow;
}

function groupByEvent(deliveries: readonly DeliveryAttempt[]): readonly Attempts[] {
  const byGuid = new Map<string, [DeliveryAttempt, ...DeliveryAttempt[]]>();
  for (const delivery of deliveries.filter(({ event }) => followedEvents.has(event))) {
    const attempts = byGuid.get(delivery.guid);
    if (attempts === undefined) byGuid.set(delivery.guid, [delivery]);
    else attempts.push(delivery);
  }
  return [...byGuid.values()];
}

function isDue(
  { attempts, gap }: Unsettled,
  { now, acceptedAt }: { now: number; acceptedAt: number },
): boolean {
  const { statusCode, deliveredAt } = newestOf(attempts);
  if (isTurnedAway(statusCode) && acceptedAt <= deliveredAt) return false;
  return now - deliveredAt >= gap;
}

// What was not asked for yet first, then what had fewer tries; what failed on our side before what we
// refused, the oldest of each first. What GitHub does not answer for must keep nobody waiting.
function rankOf({ attempts }: Unsettled, unanswered: ReadonlyMap<string, number>): number {
  const { guid, statusCode, deliveredAt } = newestOf(attempts);
  const unansweredAt = unanswered.get(guid);
  if (unansweredAt !== undefined) return 2 * gaps.length * redeliveryWindow + unansweredAt;
  const rank = countTries(attempts) + (isTurnedAway(statusCode) ? gaps.length : 0);
  return rank * redeliveryWindow + deliveredAt;
}

function isAccepted({ statusCode }: DeliveryAttempt): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function isTurnedAway(statusCode: number): boolean {
  return statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 429;
}

function newestOf([first, ...others]: Attempts): DeliveryAttempt {
  return others.reduce(
    (newest, one) => (one.deliveredAt > newest.deliveredAt ? one : newest),
    first,
  );
}

function oldestOf([first, ...others]: Attempts): DeliveryAttempt {
  return others.reduce(
    (oldest, one) => (one.deliveredAt < oldest.deliveredAt ? one : oldest),
    first,
  );
}
