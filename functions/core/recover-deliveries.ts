import type { Ledger } from "./ledger.ts";
import { cursorItemId } from "./ledger.ts";
import { chooseRedeliveries, type Delivery, redeliveryWindow, settledUntil } from "./redelivery.ts";
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

/** Most deliveries looked at in one pass, of each outcome. */
const mostListed = 1_000;

/**
 * Asks for deliveries again that failed: one question where none did. The ledger remembers up to when
 * everything is settled, so that an old failure does not have days of deliveries listed every minute.
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
  const cursor = await ledger.read(cursorItemId("deliveries"));
  const settled = cursor.item?.kind === "cursor" ? cursor.item.at : 0;
  const since = Math.max(settled, now - redeliveryWindow);
  const failed = await log.list({ outcome: "failure", since, most: mostListed });
  const accepted = failed.length === 0 ? [] : await listAccepted(log, failed);
  const known = [...failed, ...accepted];
  const chosen = chooseRedeliveries(known, { now, most: mostRedeliveries });
  const errors = await redeliverEach(log, chosen);
  await ledger.write(
    {
      kind: "cursor",
      id: cursorItemId("deliveries"),
      at: settledUntil(known, now),
      expiresAt: now + retention,
    },
    cursor.version,
  );
  return { asked: chosen.length - errors.length, errors };
}

async function listAccepted(
  log: DeliveryLog,
  failed: readonly Delivery[],
): Promise<readonly Delivery[]> {
  const since = Math.min(...failed.map(({ deliveredAt }) => deliveredAt));
  return log.list({ outcome: "success", since, most: mostListed });
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
