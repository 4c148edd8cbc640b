import type { Ledger } from "./ledger.ts";
import { cursorItemId } from "./ledger.ts";
import {
  acceptedSince,
  chooseRedeliveries,
  type Delivery,
  redeliveryWindow,
  settledUntil,
} from "./redelivery.ts";
import { retention } from "./waits.ts";

/** GitHub's record of what it delivered to the App. */
export interface DeliveryLog {
  /** The newest deliveries of one outcome that are not older than `since`, at most so many. */
  list(wanted: {
    readonly outcome: "failure" | "success";
    readonly since: number;
    readonly most: number;
  }): Promise<readonly Delivery[]>;
  /** Has GitHub deliver it once more. */
  redeliver(deliveryId: number): Promise<void>;
}

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
 * failures the oldest are left to the sweep.
 */
const mostListed = { failure: 3_000, success: 1_000 } as const;

/** Most GUIDs that are remembered: with them the cursor fits an item of 400 KB. */
const mostSettled = 5_000;

/**
 * Asks for deliveries again that failed: one question where none did. The ledger remembers up to when
 * everything is settled, and what is settled since, so that an old failure does not have days of
 * deliveries listed every minute.
 */
export async function recoverDeliveries({
  deliveries: log,
  ledger,
  now,
}: {
  readonly deliveries: DeliveryLog;
  readonly ledger: Ledger;
  readonly now: number;
}): Promise<Recovery> {
  const { item, version } = await ledger.read(cursorItemId("deliveries"));
  const cursor = item?.kind === "cursor" ? item : undefined;
  const since = Math.max(cursor?.at ?? 0, now - redeliveryWindow);
  const failed = await log.list({ outcome: "failure", since, most: mostListed.failure });
  const settledBefore = new Set(cursor?.settled);
  const open = failed.filter(({ guid }) => !settledBefore.has(guid));
  const accepted = await listAccepted(log, acceptedSince(open, now));
  const known = [...open, ...accepted];
  const chosen = chooseRedeliveries(known, { now, most: mostRedeliveries });
  const errors = await redeliverEach(log, chosen);
  const settledNow = new Set([...settledBefore, ...accepted.map(({ guid }) => guid)]);
  await ledger.write(
    {
      kind: "cursor",
      id: cursorItemId("deliveries"),
      at: settledUntil(known, now),
      settled: guidsOf(failed)
        .filter((guid) => settledNow.has(guid))
        .slice(0, mostSettled),
      expiresAt: now + retention,
    },
    version,
  );
  return { asked: chosen.length - errors.length, errors };
}

async function listAccepted(
  log: DeliveryLog,
  since: number | undefined,
): Promise<readonly Delivery[]> {
  if (since === undefined) return [];
  return log.list({ outcome: "success", since, most: mostListed.success });
}

function guidsOf(deliveries: readonly Delivery[]): readonly string[] {
  return [...new Set(deliveries.map(({ guid }) => guid))];
}

// One after another: GitHub wants no parallel writes. One that fails does not keep the others waiting.
async function redeliverEach(
  log: DeliveryLog,
  chosen: readonly Delivery[],
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const { id } of chosen) {
    try {
      await log.redeliver(id);
    } catch (error) {
      errors.push(error);
    }
  }
  return errors;
}
