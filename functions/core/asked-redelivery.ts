import { type DeliveryAttempt, isAskedFor } from "./redelivery.ts";

/** An event that GitHub was asked to deliver again: how often it took that or refused it, and when last. */
export type AskedEvent = {
  readonly guid: string;
  readonly times: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When it did not answer, where that was the last time: others go first. */
  readonly unansweredAt?: number;
};

/** What one pass asked for, by GUID. */
export type Asked = {
  readonly answered: readonly string[];
  readonly unanswered: readonly string[];
};

/**
 * The deliveries, and as many more tries as were asked for without being listed: GitHub lists a delivery
 * minutes later, and one that it refused never. Such an event has its next turn after the others, like
 * one that failed anew, and none after as many tries.
 */
export function countAsks(
  deliveries: readonly DeliveryAttempt[],
  asked: readonly AskedEvent[],
): readonly DeliveryAttempt[] {
  const byGuid = Map.groupBy(deliveries, ({ guid }) => guid);
  const tries = asked.flatMap(({ guid, times, at }) => {
    const listed = byGuid.get(guid) ?? [];
    const [delivery] = listed;
    if (delivery === undefined) return [];
    const length = Math.max(0, times - listed.filter(isAskedFor).length);
    return Array.from({ length }, () => ({
      ...delivery,
      deliveredAt: at,
      isUnlisted: true as const,
    }));
  });
  return [...deliveries, ...tries];
}

/** What is remembered of what was asked for: before and now, once each event. */
export function rememberAsks(
  before: readonly AskedEvent[],
  { answered, unanswered }: Asked,
  now: number,
): readonly AskedEvent[] {
  const byGuid = new Map(before.map((event) => [event.guid, event]));
  for (const guid of answered) {
    const times = (byGuid.get(guid)?.times ?? 0) + 1;
    byGuid.set(guid, { guid, times, at: now });
  }
  for (const guid of unanswered) {
    const { times, at } = byGuid.get(guid) ?? { times: 0, at: now };
    byGuid.set(guid, { guid, times, at, unansweredAt: now });
  }
  return [...byGuid.values()];
}
