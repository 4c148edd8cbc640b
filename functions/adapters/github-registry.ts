import type { Job, Origin } from "../core/job.ts";
import type {
  JobState,
  RegisteredRunner,
  Registration,
  RunnerRegistry,
} from "../core/runner-registry.ts";
import {
  findRunner,
  isAnyRunning,
  readJobState,
  readRegistration,
  readTotal,
} from "./github-answers.ts";
import { type GitHubClient, repositoryNames, type SendCall } from "./github-client.ts";
import type { Permission } from "./github-tokens.ts";

/** Where runners are registered. */
export type RegistryOptions = {
  /** An organization's runners, or each repository's own; a user has no organization's. */
  readonly scope: "organization" | "repository";
  /** The group of an organization's runners. */
  readonly runnerGroupId: number;
};

/** The group that a repository's runners are in: groups of one's own belong to organizations. */
const defaultGroupId = 1;

/** GitHub's REST API behind the port of the core: one call a method, tokens apart. */
export function createGitHubRegistry(
  { call }: Pick<GitHubClient, "call">,
  options: RegistryOptions,
): RunnerRegistry {
  const asked = { call, ...options };
  return {
    register: async (job, runnerName) => register(job, runnerName, asked),
    find: async (origin, runnerName) => find(origin, runnerName, asked),
    remove: async (origin, registrationId) => remove(origin, registrationId, asked),
    readJob: async (job) => readJob(job, asked),
    hasRunningSibling: async (job) => hasRunningSibling(job, asked),
  };
}

type Asked = RegistryOptions & { readonly call: SendCall };

async function register(job: Job, runnerName: string, asked: Asked): Promise<Registration> {
  const { path, names, permission, hasGroups } = readScope(job, asked.scope);
  const { data } = await asked.call(`register runner ${runnerName}`, job, {
    permission,
    route: `POST ${path}/actions/runners/generate-jitconfig`,
    parameters: {
      ...names,
      name: runnerName,
      runner_group_id: hasGroups ? asked.runnerGroupId : defaultGroupId,
      labels: [...job.labels],
    },
  });
  return readRegistration(data);
}

async function find(
  origin: Origin,
  runnerName: string,
  asked: Asked,
): Promise<RegisteredRunner | undefined> {
  const { path, names, permission } = readScope(origin, asked.scope);
  const { data } = await asked.call(`list runner ${runnerName}`, origin, {
    permission,
    route: `GET ${path}/actions/runners`,
    parameters: { ...names, name: runnerName, per_page: 100 },
  });
  return findRunner(data, runnerName);
}

async function remove(
  origin: Origin,
  registrationId: number,
  asked: Asked,
): Promise<"removed" | "busy" | "gone"> {
  const { path, names, permission } = readScope(origin, asked.scope);
  const { status } = await asked.call(`remove runner ${registrationId}`, origin, {
    permission,
    route: `DELETE ${path}/actions/runners/{runner_id}`,
    parameters: { ...names, runner_id: registrationId },
    expected: [404, 422],
  });
  if (status === 422) return "busy";
  if (status !== 404) return "removed";
  // An organization that was renamed is not found under its old name either: only a list that comes tells
  // that it is the runner which is gone.
  const { data } = await asked.call(`list runners of ${origin.repository.owner}`, origin, {
    permission,
    route: `GET ${path}/actions/runners`,
    parameters: { ...names, per_page: 1 },
  });
  readTotal(data);
  return "gone";
}

async function readJob(job: Job, { call }: Asked): Promise<JobState> {
  const { data, status } = await call(`read job ${job.id}`, job, {
    permission: { actions: "read" },
    route: "GET /repos/{owner}/{repo}/actions/jobs/{job_id}",
    parameters: { ...repositoryNames(job), job_id: job.id },
    expected: [404],
  });
  return status === 404 ? { status: "gone" } : readJobState(data);
}

const pageSize = 100;

// Of a run with more jobs, the first five hundred tell.
const laterPages = [2, 3, 4, 5] as const;

// Most runs have one page; where it does not tell, all others are read at once.
async function hasRunningSibling(job: Job, asked: Asked): Promise<boolean> {
  const first = await listJobs(job, 1, asked);
  if (isAnyRunning(first, job.id)) return true;
  const pages = laterPages.filter((page) => (page - 1) * pageSize < readTotal(first));
  const later = await Promise.all(pages.map(async (page) => listJobs(job, page, asked)));
  return later.some((page) => isAnyRunning(page, job.id));
}

async function listJobs(job: Job, page: number, { call }: Asked): Promise<unknown> {
  const { data } = await call(`list jobs of run ${job.runId}`, job, {
    permission: { actions: "read" },
    route: "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs",
    parameters: {
      ...repositoryNames(job),
      run_id: job.runId,
      filter: "latest",
      per_page: pageSize,
      page,
    },
  });
  return data;
}

/** Where an origin's runners are, and what it takes to ask about them. */
export type Scope = {
  readonly path: string;
  readonly names: Readonly<Record<string, string>>;
  readonly permission: Permission;
  readonly hasGroups: boolean;
};

/** The scope of an origin: a user has no organization's runners, whatever the setting says. */
export function readScope(origin: Origin, scope: RegistryOptions["scope"]): Scope {
  const { owner, ownerType } = origin.repository;
  if (scope === "organization" && ownerType === "Organization") {
    const permission = { organization_self_hosted_runners: "write" } as const;
    return { path: "/orgs/{org}", names: { org: owner }, permission, hasGroups: true };
  }
  const permission = { administration: "write" } as const;
  const names = repositoryNames(origin);
  return { path: "/repos/{owner}/{repo}", names, permission, hasGroups: false };
}
