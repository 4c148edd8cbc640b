import { type Conclusion, type Job, sameName } from "./model.ts";
import type { State } from "./state.ts";

/** A workflow run: nothing but the jobs of its latest attempt, summed up. */
export type Run = {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly attempt: number;
  readonly event: Job["event"];
  readonly status: Job["status"];
  readonly conclusion: Conclusion | null;
  readonly jobs: readonly Job[];
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** The run as it stands, or `undefined` when the repository has none of this id. */
export function readRun(state: State, repository: string, runId: number): Run | undefined {
  return sumUp(jobsOfRun(state, repository, runId));
}

/** The jobs of all attempts of a run. */
export function jobsOfRun(state: State, repository: string, runId: number): readonly Job[] {
  return [...(state.runs.get(runId) ?? [])]
    .flatMap((id) => state.jobs.get(id) ?? [])
    .filter((job) => sameName(job.repository, repository));
}

/** Keeps in mind which jobs a run has, and which runs a repository. */
export function rememberRun({ runs, runsOf }: State, { id, runId, repository }: Job): void {
  const jobs = runs.get(runId) ?? new Set();
  runs.set(runId, jobs.add(id));
  const key = repository.toLowerCase();
  const ofRepository = runsOf.get(key) ?? new Set();
  runsOf.set(key, ofRepository.add(runId));
}

/** The opposite of {@link rememberRun}, for all jobs of a run. */
export function forgetRun({ runs, runsOf }: State, runId: number, repository: string): void {
  runs.delete(runId);
  runsOf.get(repository.toLowerCase())?.delete(runId);
}

/** All runs of a repository, newest first. */
export function readRuns(state: State, repository: string): readonly Run[] {
  const ids = [...(state.runsOf.get(repository.toLowerCase()) ?? [])];
  return ids.flatMap((id) => readRun(state, repository, id) ?? []).toReversed();
}

function sumUp(jobsOfAllAttempts: readonly Job[]): Run | undefined {
  const [first] = jobsOfAllAttempts;
  if (first === undefined) return undefined;
  const attempt = Math.max(...jobsOfAllAttempts.map(({ runAttempt }) => runAttempt));
  const jobs = jobsOfAllAttempts.filter(({ runAttempt }) => runAttempt === attempt);
  const status = statusOf(jobs);
  return {
    id: first.runId,
    repository: first.repository,
    attempt,
    event: first.event,
    status,
    conclusion: status === "completed" ? conclusionOf(jobs) : null,
    jobs,
    createdAt: first.createdAt,
    updatedAt: Math.max(...jobs.map((job) => job.completedAt ?? job.startedAt ?? job.createdAt)),
  };
}

/** A run is as far as the least advanced of its jobs: https://github.com/cli/cli/issues/13972 */
const leastAdvancedFirst = ["waiting", "pending", "queued", "in_progress"] as const;

function statusOf(jobs: readonly Job[]): Run["status"] {
  const statuses = new Set(jobs.map(({ status }) => status));
  return leastAdvancedFirst.find((status) => statuses.has(status)) ?? "completed";
}

function conclusionOf(jobs: readonly Job[]): Conclusion {
  const conclusions = new Set(jobs.map(({ conclusion }) => conclusion));
  if (conclusions.has("failure") || conclusions.has("timed_out")) return "failure";
  return conclusions.has("cancelled") ? "cancelled" : "success";
}
