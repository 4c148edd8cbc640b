import { requestAssignment } from "./assignment.ts";
import { toJobBody } from "./job-body.ts";
import { rerunFailedJobs } from "./jobs.ts";
import { type Repository, sameName } from "./model.ts";
import { type Answer, answerPage, type Call, failure, forRepository, notFound } from "./route.ts";
import type { Route } from "./route.ts";
import { toRunBody } from "./run-body.ts";
import { jobsOfRun, readRun, readRuns, type Run } from "./runs.ts";

const runs = "/repos/{owner}/{repo}/actions/runs";

/** Jobs and runs as GitHub shows them, and running the failed ones again. */
export const runRoutes: Readonly<Record<string, Route>> = {
  "GET /repos/{owner}/{repo}/actions/jobs/{job_id}": forRepository(["actions", "read"], answerJob),
  [`GET ${runs}`]: forRepository(["actions", "read"], answerRuns),
  [`GET ${runs}/{run_id}`]: forRun("read", (_call, run, repository) => ({
    status: 200,
    body: toRunBody(run, repository),
  })),
  [`GET ${runs}/{run_id}/attempts/{attempt_number}/jobs`]: forRun("read", answerJobsOfAttempt),
  [`GET ${runs}/{run_id}/jobs`]: forRun("read", answerJobsOfRun),
  [`POST ${runs}/{run_id}/rerun-failed-jobs`]: forRun("write", rerunRun),
};

function forRun(
  level: "read" | "write",
  answer: (call: Call, run: Run, repository: Repository) => Answer,
): Route {
  return forRepository(["actions", level], (call, repository) => {
    const run = readRun(call.state, repository.fullName, Number(call.parameters["run_id"]));
    return run === undefined ? notFound : answer(call, run, repository);
  });
}

function answerJob({ state, parameters }: Call, { fullName }: Repository): Answer {
  const job = state.jobs.get(Number(parameters["job_id"]));
  if (job === undefined || !sameName(job.repository, fullName)) return notFound;
  return { status: 200, body: toJobBody(job) };
}

/** `status` may name a status or a conclusion. */
function answerRuns(call: Call, repository: Repository): Answer {
  const wanted = call.query["status"];
  const items = readRuns(call.state, repository.fullName)
    .filter((run) => wanted === undefined || wanted === run.status || wanted === run.conclusion)
    .map((run) => toRunBody(run, repository));
  return answerPage(call, runs, { key: "workflow_runs", items });
}

function answerJobsOfRun(call: Call, run: Run): Answer {
  const all = call.query["filter"] === "all";
  const jobs = all ? jobsOfRun(call.state, run.repository, run.id) : run.jobs;
  return answerPage(call, `${runs}/{run_id}/jobs`, { key: "jobs", items: jobs.map(toJobBody) });
}

function answerJobsOfAttempt(call: Call, { repository, id, attempt: newest }: Run): Answer {
  const attempt = Number(call.parameters["attempt_number"]);
  if (attempt < 1 || attempt > newest) return notFound;
  const jobs = jobsOfRun(call.state, repository, id).filter((job) => job.runAttempt === attempt);
  const path = `${runs}/{run_id}/attempts/{attempt_number}/jobs`;
  return answerPage(call, path, { key: "jobs", items: jobs.map(toJobBody) });
}

/** https://github.com/cli/cli/issues/9221 */
function rerunRun({ state }: Call, run: Run): Answer {
  if (run.status !== "completed") {
    return failure(403, "The workflow run containing this job is already running");
  }
  if (run.conclusion === "success") return failure(403, "This workflow run cannot be retried");
  rerunFailedJobs(state, run);
  requestAssignment(state);
  return { status: 201, body: {} };
}
