import type { Job } from "./model.ts";
import { forgetRun } from "./runs.ts";
import type { State } from "./state.ts";

/** What GitHub may forget, so that a long simulation does not grow. All times are since the epoch. */
export type Retention = {
  /** Runs whose last job ended before this, if all of their jobs may go; and older check runs. */
  readonly endedBefore: number;
  readonly mayGo: (job: Job) => boolean;
  /** Deliveries that were answered with success before this. */
  readonly deliveredBefore: number;
  /** Deliveries that failed before this. */
  readonly failedBefore: number;
};

/** Drops what a simulation no longer needs. @returns the jobs that are gone */
export function forget(state: State, retention: Retention): readonly Job[] {
  const now = state.timeline.now();
  forgetDeliveries(state, retention);
  keepOnly(state.checkRuns, ({ createdAt }) => createdAt >= retention.endedBefore);
  dropWhere(state.tokens, ({ expiresAt }) => expiresAt < now);
  dropWhere(state.rateWindows, ({ endsAt }) => endsAt < now);
  const gone: Job[] = [];
  for (const [runId, ids] of state.runs) {
    const jobs = [...ids].flatMap((id) => state.jobs.get(id) ?? []);
    if (!jobs.every((job) => isOld(job, retention) && retention.mayGo(job))) continue;
    forgetRun(state, runId, jobs[0]?.repository ?? "");
    for (const job of jobs) {
      state.jobs.delete(job.id);
      state.announcedRuns.delete(`${job.repository}/${job.runId}/${job.runAttempt}`);
    }
    gone.push(...jobs);
  }
  return gone;
}

function forgetDeliveries({ deliveries }: State, retention: Retention): void {
  keepOnly(deliveries, ({ statusCode, deliveredAt }) => {
    const failed = statusCode >= 400;
    return deliveredAt >= (failed ? retention.failedBefore : retention.deliveredBefore);
  });
}

function keepOnly<Value>(values: Value[], isKept: (value: Value) => boolean): void {
  values.splice(0, values.length, ...values.filter(isKept));
}

function isOld({ completedAt }: Job, { endedBefore }: Retention): boolean {
  return completedAt !== null && completedAt < endedBefore;
}

function dropWhere<Key, Value>(map: Map<Key, Value>, isGone: (value: Value) => boolean): void {
  for (const [key, value] of map) if (isGone(value)) map.delete(key);
}
