import type { EventBridgeEvent } from "../aws/events.ts";

const texts = new WeakMap<EventBridgeEvent["detail"], string>();

/** The detail of an event as text, which is long, and made once for all who read it. */
export function detailText({ detail }: EventBridgeEvent): string {
  const known = texts.get(detail);
  if (known !== undefined) return known;
  const text = JSON.stringify(detail);
  texts.set(detail, text);
  return text;
}
