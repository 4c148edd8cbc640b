import type { Departure, Sending } from "../github/planned-faults.ts";
import type { WireRequest } from "../wire.ts";
import type { Deliver } from "../world.ts";
import { type Batches, inBatch } from "./batches.ts";
import type { Dice } from "./dice.ts";
import { namedJobs } from "./named-jobs.ts";

/** An installation of which nobody has ever heard. */
const unknownInstallation = 99_999_999;
const second = 1_000;
const minute = 60_000;

/** What GitHub makes of an event: nothing at all, too much, something wrong, or too late. */
export function planDeliveries(dice: Dice, { jobId, action }: Departure): readonly Sending[] {
  const jobs = jobId === undefined ? [] : [jobId];
  // What is told of whole runs has no job; only what is told of jobs is lost without a trace.
  if (jobId !== undefined && action !== "" && dice.strikes("webhook-never-made", jobs)) return [];
  const first = { ...delay(dice, jobs), ...misroute(dice, jobs) };
  return [first, ...repeat(dice, jobs)];
}

function delay(dice: Dice, jobs: readonly number[]): Sending {
  if (dice.strikes("webhook-delayed", jobs)) {
    return { delayMilliseconds: dice.between("webhook-delayed", minute, 5 * minute) };
  }
  if (dice.strikes("webhook-reordered", jobs)) {
    return { delayMilliseconds: dice.between("webhook-reordered", 0, 10 * second) };
  }
  return {};
}

function misroute(dice: Dice, jobs: readonly number[]): Sending {
  return dice.strikes("webhook-misrouted", jobs) ? { installationId: unknownInstallation } : {};
}

function repeat(dice: Dice, jobs: readonly number[]): readonly Sending[] {
  const again: Sending[] = [];
  if (dice.strikes("webhook-duplicated", jobs)) {
    again.push({ delayMilliseconds: dice.between("webhook-duplicated", 0, 2 * minute) });
  }
  if (dice.strikes("webhook-told-twice", jobs)) {
    const delayMilliseconds = dice.between("webhook-told-twice", 0, 2 * minute);
    again.push({ delayMilliseconds, withNewGuid: true });
  }
  return again;
}

/** What happens between GitHub and the webhook: GitHub records it as a failure and can send again. */
export function betweenWebhook(dice: Dice, batches: Batches, next: Deliver): Deliver {
  return async (request: WireRequest) => {
    const jobs = namedJobs(request.body);
    if (dice.strikes("webhook-lost", jobs)) throw new Error("connection refused");
    const answer = await inBatch(batches, jobs, async () => next(request));
    return dice.strikes("webhook-answer-lost", jobs) ? { status: 504 } : answer;
  };
}
