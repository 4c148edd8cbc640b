import type { Job } from "../github/model.ts";
import type { Dice } from "./dice.ts";

const second = 1_000;

/** What happens to a job that has just been queued, whatever is being done about it. */
export function doomJob(dice: Dice, { id }: Job): void {
  const { timeline } = dice;
  const { gitHub } = dice.services();
  if (dice.strikes("job-cancelled", [id])) {
    timeline.after(dice.between("job-cancelled", 0, 90 * second), () => {
      gitHub.cancelJob(id);
    });
  }
  if (dice.strikes("stolen-by-other", [id])) {
    timeline.after(dice.between("stolen-by-other", second, 45 * second), () => {
      gitHub.stealJob(id);
    });
  }
  if (dice.strikes("job-expired", [id])) {
    // It had waited for most of a day before its run let it be queued.
    timeline.after(dice.between("job-expired", second, 60 * second), () => {
      gitHub.expireJob(id);
    });
  }
}
