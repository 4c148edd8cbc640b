import type { EventBridgeEvent } from "./events.ts";

/** Where the fields of a target's `detail` come from, by name: paths like `$.detail.a.b[0].value`. */
export type DetailPaths = Readonly<Record<string, string>>;

/**
 * The event as a rule with an input transformer hands it to its target: the envelope's type and time,
 * and of the detail only the fields named. A path that leads nowhere gives an empty text, as it does
 * inside quotes in a template.
 */
export function transformInput(event: EventBridgeEvent, paths: DetailPaths): unknown {
  const detail: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(paths)) detail[name] = follow(event, path) ?? "";
  return { "detail-type": event["detail-type"], time: event.time, detail };
}

function follow(event: EventBridgeEvent, path: string): unknown {
  let value: unknown = event;
  for (const step of stepsOf(path)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

const known = new Map<string, readonly string[]>();

/** Read once: rules have few paths, and events are many. */
function stepsOf(path: string): readonly string[] {
  const steps = known.get(path) ?? path.replace(/^\$\.?/u, "").match(/[^.[\]]+/gu) ?? [];
  known.set(path, steps);
  return steps;
}
