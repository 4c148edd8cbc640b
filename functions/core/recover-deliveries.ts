import type { CursorItem } from "./cursor-item.ts";
import { GitHubError } from "./github-error.ts";
import type { Ledger } from "./ledger.ts";
import { cursorItemId } from "./ledger.ts";
import {
  acceptedSince,
  chooseRedeliveries,
  type Delivery,
  redeliveryWindow,
  settledUntil,
} from "./redelivery.ts";
import { countRefusals, rememberRefusals } from "./refused-redelivery.ts";
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
 * failures the oldest are left to the sweep. With what is remembered of each, the cursor fits an item of
 * 400 KB.
 */
const mostListed = { failure: 3_000, success: 1_000 } as const;

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
  const refusedBefore = cursor?.refused ?? [];
  const open = countRefusals(
    failed.filter(({ guid }) => !settledBefore.has(guid)),
    refusedBefore,
  );
  const accepted = await listAccepted(log, acceptedSince(open, now));
  const known = [...open, ...accepted];
  const chosen = chooseRedeliveries(known, { now, most: mostRedeliveries });
  const { errors, refused } = await redeliverEach(log, chosen);
  const settled = new Set([...settledBefore, ...accepted.map(({ guid }) => guid)]);
  const remembered = {
    at: settledUntil(known, now),
    ...divideEvents(failed, { settled, refused: rememberRefusals(refusedBefore, refused, now) }),
  };
  await writeCursor(remembered, { ledger, now, version });
  return { asked: chosen.length - errors.length, errors };
}

async function listAccepted(
  log: DeliveryLog,
  since: number | undefined,
): Promise<readonly Delivery[]> {
  if (since === undefined) return [];
  return log.list({ outcome: "success", since, most: mostListed.success });
}

/** What is remembered of events that failed, those listed last alone: others are not listed again. */
type Remembered = Required<Pick<CursorItem, "settled" | "refused">>;

function divideEvents(
  failed: readonly Delivery[],
  { settled, refused }: { settled: ReadonlySet<string>; refused: Remembered["refused"] },
): Remembered {
  const guids = new Set(failed.map(({ guid }) => guid));
  return {
    settled: [...guids].filter((guid) => settled.has(guid)),
    refused: refused.filter(({ guid }) => guids.has(guid) && !settled.has(guid)),
  };
}

async function writeCursor(
  remembered: Pick<CursorItem, "at"> & Remembered,
  { ledger, now, version }: { ledger: Ledger; now: number; version: number },
): Promise<void> {
  const id = cursorItemId("deliveries");
  await ledger.write({ kind: "cursor", id, ...remembered, expiresAt: now + retention }, version);
}

// One after another: GitHub wants no parallel writes. One that fails does not keep the others waiting;
// what is refused for good is told by its GUID, and has its next turn after all others.
async function redeliverEach(
  log: DeliveryLog,
  chosen: readonly Delivery[],
): Promise<{ readonly errors: readonly unknown[]; readonly refused: readonly string[] }> {
  const errors: unknown[] = [];
  const refused: string[] = [];
  for (const { id, guid } of chosen) {
    try {
      await log.redeliver(id);
    } catch (error) {
      errors.push(error);
      if (isRefusal(error)) refused.push(guid);
    }
  }
  return { errors, refused };
}

// Where the App is not believed, its event has not had its turn.
function isRefusal(error: unknown): boolean {
  return error instanceof GitHubError && error.code === "GitHubRefused";
}
