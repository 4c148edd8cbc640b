import { type WebhookEvent, sendEvent } from "./deliveries.ts";
import { findRepository } from "./directory.ts";
import { nodeId } from "./identifiers.ts";
import { toDeploymentBody, toJobBody } from "./job-body.ts";
import type { Job, Repository } from "./model.ts";
import { developerBody, toRepositoryBody, toUserBody } from "./repository-body.ts";
import { toRunBody } from "./run-body.ts";
import { readRun } from "./runs.ts";
import type { State } from "./state.ts";

/** What happened to a job, in the words of the `workflow_job` webhook. */
export type JobAction = "queued" | "in_progress" | "completed";

/** Jobs that wait for a finished one are queued within this time; after it the run counts as completed. */
const runSettlesMilliseconds = 1000;

/** Tells the App of a job's step, if it is installed there and subscribed. */
export function announceJob(state: State, job: Job, action: JobAction): void {
  const deployment = job.environment === undefined ? {} : { deployment: toDeploymentBody(job) };
  const fields = { workflow_job: toJobBody(job), ...deployment };
  announce(state, job, { event: "workflow_job", action, fields, jobId: job.id });
  if (action !== "completed") return;
  state.timeline.after(runSettlesMilliseconds, () => {
    announceRun(state, job);
  });
}

/** A run completes once an attempt, with the last of its jobs. */
function announceRun(state: State, job: Job): void {
  const repository = findRepository(state, job.repository);
  const run = readRun(state, job.repository, job.runId);
  const key = `${job.repository}/${job.runId}/${job.runAttempt}`;
  if (repository === undefined || run?.attempt !== job.runAttempt) return;
  if (run.status !== "completed" || state.announcedRuns.has(key)) return;
  state.announcedRuns.add(key);
  const fields = { workflow_run: toRunBody(run, repository) };
  announce(state, job, { event: "workflow_run", action: "completed", fields });
}

type Announcement = Pick<WebhookEvent, "event" | "action" | "jobId"> & { readonly fields: object };

function announce(state: State, job: Job, { fields, ...told }: Announcement): void {
  const repository = findRepository(state, job.repository);
  const installationId = repository?.owner.installationId;
  if (repository === undefined || installationId === undefined) return;
  if (!state.events.includes(told.event)) return;
  const payload = { action: told.action, ...fields, ...toContext(repository, installationId) };
  sendEvent(state, { ...told, installationId, repositoryId: repository.id, payload });
}

/** What every webhook of an App says about where it comes from. */
function toContext(repository: Repository, installationId: number): object {
  const { owner } = repository;
  return {
    repository: toRepositoryBody(repository),
    ...(owner.type === "Organization" ? { organization: toUserBody(owner) } : {}),
    sender: developerBody,
    installation: { id: installationId, node_id: nodeId("Installation", installationId) },
  };
}
