import { nodeId } from "./identifiers.ts";
import { headSha } from "./job-body.ts";
import { type CheckRun, type Repository, sameName } from "./model.ts";
import { type Answer, type Call, failure, forRepository, type Route } from "./route.ts";
import { toAppBody } from "./routes-app.ts";
import type { State } from "./state.ts";
import { apiUrl, toTime, webUrl } from "./urls.ts";

/** What an App shows of its own beside a commit. */
export const checkRoutes: Readonly<Record<string, Route>> = {
  "POST /repos/{owner}/{repo}/check-runs": forRepository(["checks", "write"], createCheckRun),
};

/** Nothing keeps an App from making the same one twice. */
function createCheckRun({ state, body }: Call, repository: Repository): Answer {
  const sha = readText(body["head_sha"]);
  if (!hasCommit(state, repository, sha)) return failure(422, `No commit found for SHA: ${sha}`);
  const output = readOutput(body["output"]);
  const run: CheckRun = {
    // Jobs are check runs of another App, so that both have numbers of one sequence.
    id: state.nextId.job(),
    repository: repository.fullName,
    name: readText(body["name"]),
    headSha: sha,
    externalId: readText(body["external_id"]),
    conclusion: readText(body["conclusion"]),
    title: readText(output["title"]),
    summary: readText(output["summary"]),
    createdAt: state.timeline.now(),
  };
  state.checkRuns.push(run);
  return { status: 201, body: toCheckRunBody(state, run) };
}

function hasCommit(state: State, { fullName }: Repository, sha: string): boolean {
  return [...state.jobs.values()].some(
    ({ repository, runId }) => sameName(repository, fullName) && headSha(runId) === sha,
  );
}

function toCheckRunBody(state: State, run: CheckRun): object {
  const { id, conclusion, title, summary } = run;
  const url = `${apiUrl}/repos/${run.repository}/check-runs/${id}`;
  const isCompleted = conclusion !== "";
  return {
    id,
    name: run.name,
    node_id: nodeId("CheckRun", id),
    head_sha: run.headSha,
    external_id: run.externalId,
    url,
    html_url: `${webUrl}/${run.repository}/runs/${id}`,
    details_url: webUrl,
    status: isCompleted ? "completed" : "queued",
    conclusion: isCompleted ? conclusion : null,
    started_at: toTime(run.createdAt),
    completed_at: isCompleted ? toTime(run.createdAt) : null,
    output: {
      title,
      summary,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.createdAt },
    app: toAppBody(state),
    pull_requests: [],
  };
}

function readOutput(output: unknown): Readonly<Record<string, unknown>> {
  return typeof output === "object" && output !== null ? { ...output } : {};
}

function readText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
