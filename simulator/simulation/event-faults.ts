import type { FollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import { type Batches, inBatch } from "./batches.ts";
import type { Dice } from "./dice.ts";
import { namedJobs } from "./named-jobs.ts";
import { pass } from "./pass.ts";

const second = 1_000;

/** EventBridge delivers at least once, usually at once, and sometimes not at all. */
export function betweenEvents(dice: Dice, batches: Batches, next: FollowRunner): FollowRunner {
  return async (event) => {
    const jobs = namedJobs(JSON.stringify(event));
    if (dice.strikes("event-lost", jobs)) return;
    if (dice.strikes("event-late", jobs)) {
      await pass(dice.timeline, dice.between("event-late", 5 * second, 240 * second));
    }
    if (dice.strikes("event-duplicated", jobs)) {
      dice.timeline.after(dice.between("event-duplicated", 0, 60 * second), () => {
        next(event).catch(() => {});
      });
    }
    await inBatch(batches, jobs, async () => next(event));
  };
}
