import { hasOptedIn } from "../../functions/core/rerun-repositories.ts";
import { readRunnerName } from "../../functions/core/runner-name.ts";
import type { EventBridgeEvent } from "../aws/events.ts";
import type { Job } from "../github/model.ts";
import { allowanceOf } from "./allowances.ts";
import { bounds, invariants } from "./bounds.ts";
import type { AnsweredCall, Webhook } from "./contract.ts";
import { rerunRepositories } from "./draw-job.ts";
import { type Parts, spell } from "./monitor-parts.ts";
import { namedJobs } from "./named-jobs.ts";
import type { Strike } from "./strikes.ts";

/** Watches that interrupted runs of those who want it are run again: once, on demand, and no others. */
export type RerunWatch = {
  readonly onWebhook: (webhook: Webhook) => void;
  readonly onTask: (event: EventBridgeEvent) => void;
  readonly onCall: (call: AnsweredCall) => void;
  readonly forget: (jobId: number) => void;
};

type State = Parts & {
  /** Names of runners whose capacity was taken back, by the job they were made for. */
  readonly interrupted: Map<number, Set<string>>;
  /** Runs that GitHub was asked to run again. */
  readonly asked: Set<number>;
};

/** Nothing has been interrupted yet. */
export function watchReruns(parts: Parts): RerunWatch {
  const state: State = { ...parts, interrupted: new Map(), asked: new Set() };
  return {
    onWebhook: ({ request: { body }, status }) => {
      const [, runId, attempt] = status < 300 ? (failedRun.exec(body) ?? []) : [];
      if (runId !== undefined && attempt === "1") watchFailure(state, Number(runId));
    },
    onTask: ({ detail }) => {
      const { stopCode, startedBy } = detail;
      if (stopCode !== "SpotInterruption" && stopCode !== "TerminationNotice") return;
      const name = String(startedBy);
      const jobId = readJobId(name);
      state.interrupted.set(jobId, (state.interrupted.get(jobId) ?? new Set()).add(name));
    },
    onCall: (call) => {
      if (call.name === "POST rerun-failed-jobs") checkAsked(state, call);
      else if (call.name === "RunTask") checkOnDemand(state, call);
    },
    forget: (jobId) => {
      state.interrupted.delete(jobId);
    },
  };
}

// Of a run whose end was never told nobody can know that it may be run again.
const failedRun =
  /^\{"action":"completed","workflow_run":\{"id":(\d+),.*?"run_attempt":(\d+),.*?"conclusion":"failure"/u;

/** A run that is over, as somebody was told, has a new attempt in time where it was interrupted. */
function watchFailure(state: State, runId: number): void {
  const toldAt = state.timeline.now();
  const before = state.struck();
  const check = (now: number): void => {
    const jobs = jobsOfRun(state, runId);
    if (!isToBeRerun(state, jobs)) return;
    const strikes = jobs.flatMap((job) => strikesAbout(state, job));
    // Then nobody knows that it was interrupted.
    if (strikes.some(({ fault }) => fault === "event-lost")) return;
    // GitHub's limits and what strikes nobody in particular.
    const others = state.struck() > before ? bounds.limited + bounds.debtOfRun : 0;
    const latest = toldAt + bounds.rerun + allowanceOf(strikes) + others;
    if (latest > now) {
      state.deadlines.add(latest, check);
      return;
    }
    const details = `run ${runId} was interrupted and is over for ${spell(now - toldAt)}, and is not run again`;
    state.report({ invariant: invariants.rerun, jobId: jobs[0]?.id ?? 0, details });
  };
  state.deadlines.add(toldAt + bounds.rerun, check);
}

// What befalls a runner counts for the job that it was made for.
function strikesAbout({ strikesOf }: State, { id, runner }: Job): readonly Strike[] {
  const madeFor = readJobId(runner?.name ?? "");
  return madeFor === id ? strikesOf(id) : [...strikesOf(id), ...strikesOf(madeFor)];
}

function isToBeRerun(state: State, jobs: readonly Job[]): boolean {
  const isWanted = jobs.some(({ repository }) => hasOptedIn(repository, rerunRepositories));
  if (!isWanted || jobs.some(({ runAttempt }) => runAttempt > 1)) return false;
  const failed = jobs.filter(isFailure);
  return failed.length > 0 && failed.every((job) => isInterrupted(state, job));
}

function checkAsked(state: State, { request, answer }: AnsweredCall): void {
  if (answer?.status !== 201) return;
  const [, repository = "", run] = /\/repos\/([^/]+\/[^/]+)\/.*\/(\d+)\//u.exec(request.path) ?? [];
  const runId = Number(run);
  const jobs = jobsOfRun(state, runId).filter(({ runAttempt }) => runAttempt === 1);
  const complain = (details: string): void => {
    const jobId = jobs[0]?.id;
    state.report({
      invariant: invariants.rerun,
      ...(jobId === undefined ? {} : { jobId }),
      details: `run ${runId} ${details}`,
    });
  };
  if (state.asked.has(runId)) complain("is run again for the second time");
  if (!hasOptedIn(repository, rerunRepositories)) complain("is run again, which nobody wants");
  if (!failedOf(jobs).every((job) => isInterrupted(state, job))) {
    complain("is run again, but a job of it failed by itself");
  }
  state.asked.add(runId);
}

function checkOnDemand(state: State, { request }: AnsweredCall): void {
  // A runner that only tells why there is none may run wherever one can be had.
  const isTelling = request.body.includes("TORNADE_REFUSAL");
  if (isTelling || !request.body.includes("FARGATE_SPOT")) return;
  const [jobId = 0] = namedJobs(request.body);
  const job = state.services.gitHub.findJob(jobId);
  if (job === undefined || job.runAttempt === 1 || !state.asked.has(job.runId)) return;
  const details = "the job was interrupted before, and gets Spot capacity again";
  state.report({ invariant: invariants.rerun, jobId, details });
}

function jobsOfRun({ services }: State, runId: number): readonly Job[] {
  return services.gitHub.jobs().filter((job) => job.runId === runId);
}

/** Where none failed, the run counts as cancelled, and those that were are what may be run again. */
function failedOf(jobs: readonly Job[]): readonly Job[] {
  const failed = jobs.filter(isFailure);
  return failed.length > 0 ? failed : jobs.filter(({ conclusion }) => conclusion === "cancelled");
}

function isFailure({ conclusion }: Job): boolean {
  return conclusion === "failure" || conclusion === "timed_out";
}

function isInterrupted({ interrupted }: State, { runner }: Job): boolean {
  const name = runner?.name ?? "";
  return interrupted.get(readJobId(name))?.has(name) === true;
}

function readJobId(name: string): number {
  return Number(readRunnerName("tornade", name)?.jobKey.split("-")[0] ?? 0);
}
