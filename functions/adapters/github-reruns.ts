import type { Origin } from "../core/job.ts";
import { readArray, readNumber, readObject, readOptional, readText } from "../core/read-json.ts";
import type { EndedJob, RunAttempt, RunReruns, RunState } from "../core/run-reruns.ts";
import { understand } from "./github-answers.ts";
import { type GitHubClient, repositoryNames, type SendCall } from "./github-client.ts";

const pageSize = 100;
const read = { actions: "read" } as const;
const runRoute = "/repos/{owner}/{repo}/actions/runs/{run_id}";

/** GitHub's runs, as far as running again goes: reading needs less of the App than asking does. */
export function createGitHubReruns({ call }: Pick<GitHubClient, "call">): RunReruns {
  return {
    listJobs: async (run) => listJobs(run, call),
    readState: async (run) => readState(run, call),
    rerunFailed: async (run) => {
      await call(`run ${run.runId} again`, run, {
        permission: { actions: "write" },
        route: `POST ${runRoute}/rerun-failed-jobs`,
        parameters: namesOf(run),
      });
    },
  };
}

async function listJobs(run: RunAttempt, call: SendCall): Promise<readonly EndedJob[]> {
  const jobs: EndedJob[] = [];
  for (let page = 1; ; page += 1) {
    const { data } = await call(`list jobs of run ${run.runId}`, run, {
      permission: read,
      route: `GET ${runRoute}/attempts/{attempt_number}/jobs`,
      parameters: { ...namesOf(run), attempt_number: run.attempt, per_page: pageSize, page },
    });
    const listed = understand("a list of jobs", () =>
      readArray(readObject(data, "answer")["jobs"], "jobs").map(readJob),
    );
    jobs.push(...listed);
    if (listed.length < pageSize) return jobs;
  }
}

function readJob(value: unknown): EndedJob {
  const job = readObject(value, "job");
  const conclusion = readOptional(job["conclusion"], (text) => readText(text, "job.conclusion"));
  const runnerName = readOptional(job["runner_name"], (name) => readText(name, "job.runner_name"));
  return {
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(runnerName === undefined || runnerName === "" ? {} : { runnerName }),
  };
}

async function readState(run: RunAttempt, call: SendCall): Promise<RunState | undefined> {
  const { data, status } = await call(`read run ${run.runId}`, run, {
    permission: read,
    route: `GET ${runRoute}`,
    parameters: namesOf(run),
    expected: [404],
  });
  if (status === 404) return undefined;
  return understand("a run", () => {
    const answer = readObject(data, "answer");
    const attempt = readOptional(answer["run_attempt"], (value) =>
      readNumber(value, "run_attempt"),
    );
    return { attempt: attempt ?? 1, isCompleted: answer["status"] === "completed" };
  });
}

function namesOf(run: Origin & { readonly runId: number }) {
  return { ...repositoryNames(run), run_id: run.runId };
}
