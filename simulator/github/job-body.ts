import { nodeId } from "./identifiers.ts";
import { type Job, runnerGroupName } from "./model.ts";
import { apiUrl, toTime, webUrl } from "./urls.ts";

/** The job as a `workflow_job` webhook and the jobs API show it. */
export function toJobBody(job: Job): object {
  const runUrl = `${apiUrl}/repos/${job.repository}/actions/runs/${job.runId}`;
  return {
    id: job.id,
    run_id: job.runId,
    workflow_name: "CI",
    head_branch: "main",
    run_url: runUrl,
    run_attempt: job.runAttempt,
    node_id: nodeId("CheckRun", job.id),
    head_sha: headSha(job.runId),
    url: `${apiUrl}/repos/${job.repository}/actions/jobs/${job.id}`,
    html_url: `${webUrl}/${job.repository}/actions/runs/${job.runId}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: toTime(job.createdAt),
    started_at: toTime(job.startedAt ?? job.createdAt),
    completed_at: job.completedAt === null ? null : toTime(job.completedAt),
    name: job.name,
    steps: job.runner === null ? [] : [toFirstStep(job)],
    check_run_url: `${apiUrl}/repos/${job.repository}/check-runs/${job.id}`,
    labels: job.labels,
    ...toRunnerFields(job),
  };
}

/** The deployment that comes with the webhooks of a job with an environment. */
export function toDeploymentBody(job: Job): object {
  const url = `${apiUrl}/repos/${job.repository}/deployments/${job.id}`;
  return {
    id: job.id,
    node_id: nodeId("Deployment", job.id),
    url,
    statuses_url: `${url}/statuses`,
    repository_url: `${apiUrl}/repos/${job.repository}`,
    sha: headSha(job.runId),
    ref: "main",
    task: "deploy",
    environment: job.environment,
    original_environment: job.environment,
    description: null,
    created_at: toTime(job.createdAt),
    updated_at: toTime(job.createdAt),
  };
}

/** A commit id that belongs to the run: the simulator has no commits. */
export function headSha(runId: number): string {
  return runId.toString(16).padStart(40, "16c5286e8d9a0629");
}

/**
 * Null while queued; 0 and "" for a job that ended without ever having had a runner.
 * https://github.com/actions/runner/issues/4684
 */
function toRunnerFields({ runner, status }: Job): object {
  if (runner !== null) {
    return {
      runner_id: runner.id,
      runner_name: runner.name,
      runner_group_id: runner.groupId,
      runner_group_name: runnerGroupName(runner.groupId),
    };
  }
  const none = status === "completed" ? { id: 0, name: "" } : { id: null, name: null };
  return {
    runner_id: none.id,
    runner_name: none.name,
    runner_group_id: none.id,
    runner_group_name: none.name,
  };
}

function toFirstStep(job: Job): object {
  return {
    name: "Set up job",
    status: job.status,
    conclusion: job.conclusion,
    number: 1,
    started_at: toTime(job.startedAt ?? job.createdAt),
    completed_at: job.completedAt === null ? null : toTime(job.completedAt),
  };
}
