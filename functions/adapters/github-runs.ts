import type { Origin } from "../core/job.ts";
import type { JobEnvelope } from "../core/envelope.ts";
import { readJobDelivery } from "../core/job-delivery.ts";
import { readArray, readNumber, readObject, readText, readTimestamp } from "../core/read-json.ts";
import { readOrigin } from "../core/read-origin.ts";
import type { OpenRun } from "../core/sweep.ts";
import type { Page, OpenRuns } from "../core/open-runs.ts";
import { readEach, readLeft, understand } from "./github-answers.ts";
import { type GitHubClient, repositoryNames } from "./github-client.ts";
import type { Answer } from "./github-request.ts";
import type { Surroundings } from "./surroundings.ts";

const pageSize = 100;
/** GitHub lists no more than 1,000 runs of one status. */
const mostPages = 10;

const permission = { actions: "read" } as const;

/** GitHub's lists of runs and their jobs: one call a page. */
export function createGitHubRuns(
  surroundings: Pick<Surroundings, "now" | "log">,
  { call }: Pick<GitHubClient, "call">,
): OpenRuns {
  return {
    listRuns: async (origin, status, page) => {
      const { fullName } = origin.repository;
      const answer = await call(`list runs of ${fullName}`, origin, {
        permission,
        route: "GET /repos/{owner}/{repo}/actions/runs",
        parameters: { ...repositoryNames(origin), status, per_page: pageSize, page },
      });
      const listed = understand("a list of runs", () => readList(answer.data, "workflow_runs"));
      const entries = readEach(listed, { what: "runs", read: readRun, log: surroundings.log });
      const hasMore = listed.length === pageSize && page < mostPages;
      return { entries, hasMore, left: readLeft(answer) };
    },
    listQueued: async (origin, runId, page) => {
      const answer = await call(`list jobs of run ${runId}`, origin, {
        permission,
        route: "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs",
        parameters: {
          ...repositoryNames(origin),
          run_id: runId,
          filter: "latest",
          per_page: pageSize,
          page,
        },
      });
      return readJobs(answer, origin, surroundings);
    },
  };
}

function readJobs(
  answer: Answer,
  origin: Origin,
  { now, log }: Pick<Surroundings, "now" | "log">,
): Page<JobEnvelope> {
  const jobs = understand("a list of jobs", () => readList(answer.data, "jobs"));
  const read = (value: unknown) => {
    const job = readObject(value, "job");
    return job["status"] === "queued" ? [toEnvelope(job, origin, now())] : [];
  };
  return {
    entries: readEach(jobs, { what: "jobs", read, log }).flat(),
    hasMore: jobs.length === pageSize,
    left: readLeft(answer),
  };
}

// A listed job has the fields of a `workflow_job` delivery, so that it is read as the one that is missing.
function toEnvelope(job: unknown, origin: Origin, now: number): JobEnvelope {
  const { repository, installationId } = origin;
  const { id, fullName, owner, ownerType } = repository;
  const payload = {
    workflow_job: job,
    repository: {
      id,
      full_name: fullName,
      owner: { login: owner, type: ownerType },
      private: repository.private,
    },
    ...(installationId === undefined ? {} : { installation: { id: installationId } }),
  };
  const envelope = readJobDelivery("queued", payload, { deliveryId: "sweep", receivedAt: now });
  return { ...envelope, namedAt: now };
}

function readRun(value: unknown): OpenRun {
  const run = readObject(value, "run");
  const updatedAt = readTimestamp(readText(run["updated_at"], "run.updated_at")) ?? 0;
  const { repository } = readOrigin({ repository: run["repository"] });
  return { id: readNumber(run["id"], "run.id"), updatedAt, repository };
}

function readList(data: unknown, field: string): readonly unknown[] {
  return readArray(readObject(data, "answer")[field], field);
}
