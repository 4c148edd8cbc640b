import { drawRepository } from "./draw-job.ts";
import { type Episode, episodeKinds, type PlannedJob } from "./episodes.ts";
import { drawInteger, type Random } from "./seeded-random.ts";

/** A planned job with its time since the run's begin, and its run's number among all runs. */
export type Arrival = Omit<PlannedJob, "run"> & { readonly run: number };

/**
 * Milliseconds that pass for each job before the next episode: as many jobs as GitHub's hourly limits of
 * the App and of four installations allow for on average, repairs included.
 */
const pauseForEach = 1_000;

/**
 * A mix of all workloads, endless and in order of time. What comes first does not depend on how many
 * jobs are taken from it, so that a failing run can be cut short.
 */
export function* planWorkload(random: Random): Generator<Arrival, never> {
  let begin = 0;
  let runs = 0;
  for (;;) {
    const episode = drawEpisode(random);
    yield* place(episode, { begin, firstRun: runs + 1 });
    runs += episode.length;
    const pause = drawInteger(random, 0, 2 * pauseForEach * episode.length);
    begin += (episode.at(-1)?.after ?? 0) + pause;
  }
}

function drawEpisode(random: Random): Episode {
  const kinds = Object.values(episodeKinds);
  let drawn = random() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  const kind = kinds.find(({ weight }) => (drawn -= weight) < 0);
  return kind?.plan({ random, repository: drawRepository(random) }) ?? [];
}

function place(
  episode: Episode,
  { begin, firstRun }: { readonly begin: number; readonly firstRun: number },
): readonly Arrival[] {
  return episode.map(({ run, ...planned }, index) => ({
    ...planned,
    after: begin + planned.after,
    run: firstRun + (run === undefined ? index : 0),
  }));
}
