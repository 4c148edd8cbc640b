import type { Delivery } from "../github/model.ts";
import { bounds, invariants } from "./bounds.ts";
import { type Parts, spell } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";

/** Watches that GitHub is soon asked for what it could not deliver. */
export type RedeliveryWatch = { readonly onDelivery: (delivery: Delivery) => void };

type State = Parts & {
  /** When the first try of an event failed that nobody has asked for since, by GUID. */
  readonly failed: Map<string, number>;
};

/** Events asked for in one pass. */
const eachPass = 30;

/** Nothing has been delivered yet. */
export function watchRedeliveries(parts: Parts): RedeliveryWatch {
  const state: State = { ...parts, failed: new Map() };
  return {
    onDelivery: (delivery) => {
      const { guid, redelivery } = delivery;
      const isSettled = redelivery || delivery.statusCode < 300;
      if (isSettled) state.failed.delete(guid);
      else if (!state.failed.has(guid) && !isAccepted(state, guid)) noteFailure(state, delivery);
    },
  };
}

// A copy of the event, under the same GUID, may have come before.
function isAccepted({ services }: State, guid: string): boolean {
  const copies = services.gitHub.deliveries().filter((one) => one.guid === guid);
  return copies.some(({ statusCode }) => statusCode < 300);
}

function noteFailure(state: State, delivery: Delivery): void {
  const since = state.timeline.now();
  // Those that failed before it have their turn before it.
  const turn = Math.floor(state.failed.size / eachPass);
  state.failed.set(delivery.guid, since);
  const check = (now: number): void => {
    if (state.failed.get(delivery.guid) !== since) return;
    const passes = state.hinderedSince(since) + turn;
    const dueAt =
      state.countFrom(since) + bounds.redelivery + passes * bounds.servedPerHinderedPass;
    if (dueAt > now) state.deadlines.add(dueAt, check);
    else complain(state, delivery, now - since);
  };
  state.deadlines.add(since + bounds.redelivery, check);
}

function complain({ failed, report }: State, delivery: Delivery, waited: number): void {
  failed.delete(delivery.guid);
  const [jobId] = namedJobs(delivery.request.body);
  report({
    invariant: invariants.redelivery,
    ...(jobId === undefined ? {} : { jobId }),
    details: `delivery ${delivery.id} failed ${spell(waited)} ago (${delivery.status}), and nobody has asked for it again`,
  });
}
