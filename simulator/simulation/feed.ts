import type { GitHub } from "../github/github.ts";
import type { Timeline } from "../timeline.ts";
import type { Arrival } from "./workloads.ts";

/** Jobs on their way to GitHub. */
export type Feed = {
  /** Whether every job has been queued, and everything that people do with them done. */
  readonly isOver: () => boolean;
  /** How many jobs were queued so far. */
  readonly queued: () => number;
};

type Feeding = {
  readonly gitHub: GitHub;
  readonly timeline: Timeline;
  /** GitHub's numbers of the runs under way, by ours. */
  readonly runs: Map<number, number>;
  queued: number;
  pending: number;
};

/** How often somebody looks whether the run has completed and can be run again. */
const rerunAfter = 10_000;

/** Queues so many jobs of a workload when their time comes, and does what people do with them. */
export function startFeed(
  parts: Pick<Feeding, "gitHub" | "timeline">,
  workload: Iterator<Arrival, unknown>,
  jobs: number,
): Feed {
  const feeding: Feeding = { ...parts, runs: new Map(), queued: 0, pending: 1 };
  const begin = parts.timeline.now();
  const next = (): void => {
    const { value, done } = workload.next();
    if (done === true || feeding.queued === jobs) {
      feeding.pending -= 1;
      return;
    }
    parts.timeline.after(begin + value.after - parts.timeline.now(), () => {
      queue(feeding, value);
      next();
    });
  };
  next();
  return { isOver: () => feeding.pending === 0, queued: () => feeding.queued };
}

function queue(feeding: Feeding, { job: planned, ...arrival }: Arrival): void {
  const { gitHub, runs } = feeding;
  const runId = runs.get(arrival.run);
  const event = arrival.run % 3 === 0 ? "schedule" : "push";
  const job = gitHub.queueJob({ ...planned, event, ...(runId === undefined ? {} : { runId }) });
  feeding.queued += 1;
  // Runs come one after another, and their jobs together.
  for (const run of runs.keys()) if (run < arrival.run) runs.delete(run);
  runs.set(arrival.run, job.runId);
  later(feeding, arrival.releaseAfter, () => {
    gitHub.releaseJob(job.id);
  });
  later(feeding, arrival.cancelAfter, () => {
    gitHub.cancelJob(job.id);
  });
  if (arrival.rerun === true) rerunOnceCompleted(feeding, job);
}

function rerunOnceCompleted(
  feeding: Feeding,
  job: { readonly repository: string; readonly runId: number },
): void {
  later(feeding, rerunAfter, () => {
    const isDone = feeding.gitHub.rerunFailedJobs(job.repository, job.runId);
    if (!isDone) rerunOnceCompleted(feeding, job);
  });
}

function later(feeding: Feeding, milliseconds: number | undefined, action: () => void): void {
  if (milliseconds === undefined) return;
  feeding.pending += 1;
  feeding.timeline.after(milliseconds, () => {
    feeding.pending -= 1;
    action();
  });
}
