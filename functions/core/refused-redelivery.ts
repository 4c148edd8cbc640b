import type { Delivery } from "./redelivery.ts";

/** An event that GitHub would not deliver again: how often it said so, and when last. */
export type RefusedEvent = {
  readonly guid: string;
  readonly times: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/**
 * The deliveries, and each refusal to deliver one of them again as one more try: a refused event has its
 * next turn after the others, like one that failed anew, and none after as many tries.
 */
export function countRefusals(
  deliveries: readonly Delivery[],
  refused: readonly RefusedEvent[],
): readonly Delivery[] {
  const byGuid = new Map(deliveries.map((delivery) => [delivery.guid, delivery]));
  const tries = refused.flatMap(({ guid, times, at }) => {
    const delivery = byGuid.get(guid);
    if (delivery === undefined) return [];
    return Array.from({ length: times }, () => ({ ...delivery, deliveredAt: at }));
  });
  return [...deliveries, ...tries];
}

/** What is remembered of refusals: those before and those of now, once each event. */
export function rememberRefusals(
  before: readonly RefusedEvent[],
  guids: readonly string[],
  now: number,
): readonly RefusedEvent[] {
  const byGuid = new Map(before.map((event) => [event.guid, event]));
  for (const guid of guids) {
    const times = (byGuid.get(guid)?.times ?? 0) + 1;
    byGuid.set(guid, { guid, times, at: now });
  }
  return [...byGuid.values()];
}
