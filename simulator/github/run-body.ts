import { nodeId } from "./identifiers.ts";
import { headSha } from "./job-body.ts";
import type { Repository } from "./model.ts";
import { developerBody, toRepositoryBody } from "./repository-body.ts";
import type { Run } from "./runs.ts";
import { apiUrl, toTime } from "./urls.ts";

/** The run as a `workflow_run` webhook and the runs API show it. */
export function toRunBody(run: Run, repository: Repository): object {
  const sha = headSha(run.id);
  const repositoryBody = toRepositoryBody(repository);
  return {
    id: run.id,
    name: "CI",
    node_id: nodeId("WorkflowRun", run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId("CheckSuite", run.id),
    head_branch: "main",
    head_sha: sha,
    path: ".github/workflows/ci.yml",
    run_number: 1,
    run_attempt: run.attempt,
    run_started_at: toTime(run.jobs[0]?.createdAt ?? run.createdAt),
    event: run.event,
    display_title: "A change",
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: repository.id,
    pull_requests: [],
    created_at: toTime(run.createdAt),
    updated_at: toTime(run.updatedAt),
    actor: developerBody,
    triggering_actor: developerBody,
    head_commit: toCommitBody(sha, run.createdAt),
    repository: repositoryBody,
    head_repository: repositoryBody,
    ...toRunUrls(run),
  };
}

function toCommitBody(sha: string, time: number): object {
  const person = { name: "developer", email: "developer@example.com" };
  return {
    id: sha,
    tree_id: sha,
    message: "A change",
    timestamp: toTime(time),
    author: person,
    committer: person,
  };
}

function toRunUrls({ id, repository, attempt }: Run): object {
  const repositoryUrl = `${apiUrl}/repos/${repository}`;
  const url = `${repositoryUrl}/actions/runs/${id}`;
  return {
    url,
    html_url: `https://github.com/${repository}/actions/runs/${id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    check_suite_url: `${repositoryUrl}/check-suites/${id}`,
    workflow_url: `${repositoryUrl}/actions/workflows/ci.yml`,
    previous_attempt_url: attempt > 1 ? `${url}/attempts/${attempt - 1}` : null,
  };
}
