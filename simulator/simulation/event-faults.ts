import type { FollowRunner } from "../../functions/follow-runner/follow-runner.ts";
import { type Batches, inBatch } from "./batches.ts";
import { type Dice, pass } from "./dice.ts";
import { namedJobs } from "./named-jobs.ts";

const second = 1_000;

/** EventBridge delivers at least once, usually at once, and sometimes not at all. */
export function betweenEvents(dice: Dice, batches: Batches, next: FollowRunner): FollowRunner {
  return async (event) => {
    const text = JSON.stringify(event);
    if (!tellsAnEnd(text)) {
      await next(event);
      return;
    }
    const jobs = namedJobs(text);
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

// Every other change says nothing that anybody acts on.
function tellsAnEnd(text: string): boolean {
  return /"lastStatus":"STOPPED"|"build-status":"(?!IN_PROGRESS)/u.test(text);
}
