import { randomUuid, type AwsSurroundings } from "./surroundings.ts";

/** An event as EventBridge delivers it to a rule's target. */
export type EventBridgeEvent = {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** What a service says when something changed. */
export type ServiceEvent = Pick<
  EventBridgeEvent,
  "detail-type" | "source" | "resources" | "detail"
>;

/** A target; an event it rejects is delivered again. */
export type EventListener = (event: EventBridgeEvent) => Promise<void> | void;

/** The default event bus. */
export type Events = {
  /** Every event goes to every listener; the function returned ends that, retries included. */
  readonly subscribe: (listener: EventListener) => () => void;
  readonly emit: (event: ServiceEvent) => void;
};

const firstRetryMilliseconds = 1000;
const longestRetryMilliseconds = 300_000;
/** EventBridge's default retry policy. */
const mostRetries = 185;

/** A bus that delivers through the timeline, never inside the call that caused the event. */
export function createEvents(surroundings: AwsSurroundings): Events {
  const listeners = new Set<EventListener>();
  const deliver = async (listener: EventListener, event: EventBridgeEvent, retries: number) => {
    if (!listeners.has(listener)) return;
    try {
      await listener(event);
    } catch {
      if (retries === mostRetries) return;
      const pause = Math.min(firstRetryMilliseconds * 2 ** retries, longestRetryMilliseconds);
      surroundings.timeline.after(pause, () => void deliver(listener, event, retries + 1));
    }
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    emit: (serviceEvent) => {
      const event = toEventBridgeEvent(surroundings, serviceEvent);
      for (const listener of listeners) {
        surroundings.timeline.after(0, () => void deliver(listener, event, 0));
      }
    },
  };
}

function toEventBridgeEvent(
  surroundings: AwsSurroundings,
  serviceEvent: ServiceEvent,
): EventBridgeEvent {
  const time = new Date(surroundings.timeline.now()).toISOString();
  return {
    version: "0",
    id: randomUuid(surroundings.random),
    "detail-type": serviceEvent["detail-type"],
    source: serviceEvent.source,
    account: surroundings.accountId,
    // The envelope carries whole seconds; the detail of most services is finer.
    time: time.replace(/\.\d+Z$/u, "Z"),
    region: surroundings.region,
    resources: serviceEvent.resources,
    detail: serviceEvent.detail,
  };
}
