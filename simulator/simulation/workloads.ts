import { drawRepository } from "./draw-job.ts";
import {
  type Episode,
  type EpisodeKind,
  episodeKinds,
  episodeNames,
  type PlannedJob,
} from "./episodes.ts";
import { drawInteger, type Random } from "./seeded-random.ts";

/** A planned job with its time since the run's begin, and its run's number among all runs. */
export type Arrival = Omit<PlannedJob, "run"> & { readonly run: number };

/**
 * Milliseconds that pass for each job before the next episode: as many jobs as GitHub's hourly limits of
 * the App and of four installations allow for on average, repairs included.
 */
const pauseForEach = 1_000;

/**
 * A mix of all kinds of episodes, or one kind again and again, endless and in order of time. What comes
 * first does not depend on how many jobs are taken from it, so that a failing run can be cut short.
 */
export function* planWorkload(random: Random, only?: EpisodeKind): Generator<Arrival, never> {
  let begin = 0;
  let runs = 0;
  for (;;) {
    const kind = only ?? drawKind(random);
    const episode = episodeKinds[kind].plan({ random, repository: drawRepository(random) });
    yield* place(episode, { begin, firstRun: runs + 1 });
    runs += episode.length;
    const pause = drawInteger(random, 0, 2 * pauseForEach * episode.length);
    begin += (episode.at(-1)?.after ?? 0) + pause;
  }
}

function drawKind(random: Random): EpisodeKind {
  let drawn = random() * episodeNames.reduce((sum, kind) => sum + episodeKinds[kind].weight, 0);
  return episodeNames.find((kind) => (drawn -= episodeKinds[kind].weight) < 0) ?? "steady";
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
