import type { Runner } from "../github/model.ts";
import type { Dice } from "./dice.ts";
import { namedJobs } from "./named-jobs.ts";

const second = 1_000;
const minute = 60_000;

/** What GitHub does to a runner that has just been registered. */
export function doomRunner(dice: Dice, runner: Runner, repository: string): void {
  const jobs = namedJobs(runner.name);
  const { gitHub } = dice.services();
  if (dice.strikes("runner-removed", jobs)) {
    // https://github.com/actions/runner/issues/4726
    dice.timeline.after(dice.between("runner-removed", 2 * minute, 6 * minute), () => {
      gitHub.removeRunner(runner.id);
    });
  }
  if (dice.strikes("ghost-runner", jobs)) {
    dice.timeline.after(dice.between("ghost-runner", 10 * second, 60 * second), () => {
      gitHub.loseRunner(runner.id);
    });
  }
  stealRunner(dice, runner, repository);
}

/** A job that is none of ours, but whose labels the runner has, may take it. */
function stealRunner(dice: Dice, { labels, name }: Runner, repository: string): void {
  const foreign = labels.filter((label) => label === "self-hosted");
  if (foreign.length === 0 || !dice.strikes("runner-stolen", namedJobs(name))) return;
  const { gitHub } = dice.services();
  const isLong = dice.between("runner-stolen", 0, 1) < 0.1;
  // Longer than foreign jobs are taken for granted.
  const durationMilliseconds = (isLong ? 50 : 10) * minute;
  dice.timeline.after(dice.between("runner-stolen", 0, 30 * second), () => {
    const job = gitHub.queueJob({
      repository,
      name: "somebody else's",
      labels: foreign,
      durationMilliseconds,
    });
    // Whoever queued it has lost patience by then.
    dice.timeline.after(5 * minute, () => {
      if (gitHub.findJob(job.id)?.status === "queued") gitHub.cancelJob(job.id);
    });
  });
}
