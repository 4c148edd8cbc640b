import { type Asked, type AskedEvent, countAsks, rememberAsks } from "./asked-redelivery.ts";
import { deliveriesCursor } from "./cursor.ts";
import { GitHubError } from "./github-error.ts";
import type { Ledger } from "./ledger.ts";
import {
  acceptedSince,
  chooseRedeliveries,
  type DeliveryAttempt,
  redeliveryWindow,
  settledUntil,
} from "./redelivery.ts";

/** GitHub's record of what it delivered to the App. */
export interface Deliveries {
  /**
   * The newest deliveries of one outcome that are not older than `since`, at most so many: one page at
   * least, and none that would have to be asked for after `until`.
   */
  list(wanted: {
    readonly outcome: "failure" | "success";
    readonly since: number;
    readonly most: number;
    readonly until: number;
  }): Promise<ListedDeliveries>;
  /** Has GitHub deliver it once more. */
  redeliver(deliveryId: DeliveryAttempt["id"]): Promise<void>;
}

/** Deliveries as listed, newest first, and whether older ones were left out for want of time. */
export type ListedDeliveries = {
  readonly deliveries: readonly DeliveryAttempt[];
  readonly isCut: boolean;
};

/** What a pass acts through. */
export type RecoveryPorts = {
  readonly deliveries: Deliveries;
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** What one pass came to. */
export type Recovery = {
  /** How many deliveries were asked for again. */
  readonly asked: number;
  /** Why others could not be; they have their turn in the next pass. */
  readonly errors: readonly unknown[];
};

/** Most deliveries asked for again in one pass: an hour of failures must not become a storm. */
const mostRedeliveries = 30;

/**
 * Most deliveries looked at in one pass, of each outcome: a page has a hundred. Of an outage with more
 * failures the oldest are left to the sweep. With what is remembered of each, the cursor fits an item of
 * 400 KB.
 */
const mostListed = { failure: 3_000, success: 1_000 } as const;

/**
 * Until when after its begin, in milliseconds, a pass may ask for one more page of an outcome, and for a
 * delivery: the function is killed after 15 seconds, a call may take four of them, and what was done has
 * to be written down after that. Where all calls take equally long, there is always time to ask for one.
 */
const latest = { failure: 3_000, success: 5_000, redelivery: 10_000 } as const;

/**
 * Asks for deliveries again that failed: one question where none did. The ledger remembers up to when
 * everything is settled, and what is settled since, so that an old failure does not have days of
 * deliveries listed every minute.
 */
export async function recoverDeliveries(ports: RecoveryPorts): Promise<Recovery> {
  const now = ports.now();
  const record = await deliveriesCursor.read(ports.ledger);
  const { at, settled, asked } = record.state;
  const since = Math.max(at, now - redeliveryWindow);
  const failed = await list("failure", { since, now }, ports);
  const open = countAsks(leaveOut(failed.deliveries, settled), asked);
  const accepted = await listAccepted(acceptedSince(open, now), now, ports);
  const known = [...open, ...accepted];
  const unanswered = new Map(
    asked.flatMap(({ guid, unansweredAt }) =>
      unansweredAt === undefined ? [] : [[guid, unansweredAt] as const],
    ),
  );
  const chosen = chooseRedeliveries(known, { now, most: mostRedeliveries, unanswered });
  const recovered = await redeliverEach(chosen, ports, now + latest.redelivery);
  const remembered = {
    // What there was no time to see is come back to.
    at: failed.isCut ? since : settledUntil(known, now),
    ...rememberEvents(chooseRemembered(failed, { settled, asked }), {
      settled: [...settled, ...accepted.map(({ guid }) => guid)],
      asked: rememberAsks(asked, recovered.events, now),
    }),
  };
  await deliveriesCursor.write(record, remembered, ports);
  return { asked: recovered.asked, errors: recovered.errors };
}

function leaveOut(
  failed: readonly DeliveryAttempt[],
  settled: readonly string[],
): readonly DeliveryAttempt[] {
  const guids = new Set(settled);
  return failed.filter(({ guid }) => !guids.has(guid));
}

async function listAccepted(
  since: number | undefined,
  now: number,
  ports: RecoveryPorts,
): Promise<readonly DeliveryAttempt[]> {
  if (since === undefined) return [];
  return (await list("success", { since, now }, ports)).deliveries;
}

async function list(
  outcome: keyof typeof mostListed,
  { since, now }: { readonly since: number; readonly now: number },
  { deliveries }: RecoveryPorts,
): Promise<ListedDeliveries> {
  const most = mostListed[outcome];
  return deliveries.list({ outcome, since, most, until: now + latest[outcome] });
}

/** What is remembered of events that failed. */
type Remembered = {
  readonly settled: readonly string[];
  readonly asked: readonly AskedEvent[];
};

// Those listed last alone, as others are not listed again; but what there was no time to see will be.
function chooseRemembered(
  { deliveries, isCut }: ListedDeliveries,
  { settled, asked }: Remembered,
): ReadonlySet<string> {
  const unseen = isCut ? [...asked.map(({ guid }) => guid), ...settled] : [];
  const guids = new Set([...deliveries.map(({ guid }) => guid), ...unseen]);
  return new Set([...guids].slice(0, mostListed.failure));
}

function rememberEvents(guids: ReadonlySet<string>, { settled, asked }: Remembered): Remembered {
  const isSettled = new Set(settled);
  return {
    settled: [...guids].filter((guid) => isSettled.has(guid)),
    asked: asked.filter(({ guid }) => guids.has(guid) && !isSettled.has(guid)),
  };
}

/** Failures in a row after which all others are expected to fail as well. */
const mostFailures = 3;

// One after another: GitHub wants no parallel writes. One that fails does not keep the others waiting,
// unless GitHub limits us or is down. What is refused for good has its next turn after all others.
async function redeliverEach(
  chosen: readonly DeliveryAttempt[],
  { deliveries, now }: RecoveryPorts,
  until: number,
): Promise<Recovery & { readonly events: Asked }> {
  const answered: string[] = [];
  const unanswered: string[] = [];
  const errors: unknown[] = [];
  let asked = 0;
  let failures = 0;
  for (const { id, guid } of chosen) {
    if (failures >= mostFailures || now() >= until) break;
    try {
      await deliveries.redeliver(id);
      asked += 1;
      failures = 0;
      answered.push(guid);
    } catch (error) {
      errors.push(error);
      const code = error instanceof GitHubError ? error.code : undefined;
      if (code === "GitHubRateLimited") break;
      if (code === "GitHubRefused") answered.push(guid);
      else failures += 1;
      // Where the App is not believed, its event has not had its turn.
      if (code === "GitHubUnavailable") unanswered.push(guid);
    }
  }
  return { asked, errors, events: { answered, unanswered } };
}
