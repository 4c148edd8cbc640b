import type { Circumstances, Decision } from "./decision.ts";
import { park, stepJob } from "./job-item.ts";
import type { JobItem } from "./ledger.ts";
import { leaseDuration } from "./waits.ts";

/**
 * The job cannot be served: it is parked for no time at all, to have a runner that fails it with the
 * reason in its own log. That one is of the default size, wherever there is one to be had.
 */
export function refuseLate(
  item: JobItem,
  refusal: string,
  { now, refusalSpec }: Pick<Circumstances, "now" | "refusalSpec">,
): Decision {
  const { unplaced, ...kept } = item;
  return park(
    { ...kept, refusal, spec: refusalSpec, rung: 0, waits: 0 },
    // A job that lost its runners may have been seen to meanwhile.
    { reason: refusal, wakeAt: now, doubtful: item.losses > 0 || unplaced !== undefined },
    { now, outcome: "refused after waiting" },
  );
}

/** Nothing can be done for the job, not even a refusal: it has failed, and its people have to be told. */
export function giveUp(
  item: JobItem,
  reason: string,
  { now }: Pick<Circumstances, "now">,
): Decision {
  const failed = stepJob(
    { ...item, waits: 0 },
    { status: "failed", reason, owed: ["tell"], wakeAt: now + leaseDuration },
    now,
  );
  return { writes: [failed], actions: [{ kind: "tell", item: failed }], outcome: "job given up" };
}
