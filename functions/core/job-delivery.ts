import type { JobAction, JobEnvelope } from "./envelope.ts";
import type { Job } from "./job.ts";
import {
  readArray,
  readNumber,
  readObject,
  readOptional,
  readText,
  type JsonObject,
  readTimestamp,
} from "./read-json.ts";
import { readOrigin } from "./read-origin.ts";

/**
 * Shrinks the payload of a `workflow_job` delivery, some 10 KB, to what tornade acts on, under 1 KB.
 * @throws {Error} naming the first field of a wrong type
 */
export function readJobDelivery(
  action: JobAction,
  payload: JsonObject,
  { deliveryId, receivedAt }: { readonly deliveryId: string; readonly receivedAt: number },
): JobEnvelope {
  const job = readObject(payload["workflow_job"], "workflow_job");
  const runnerName = readRunner(action, job);
  const conclusion = readOptionalText(job, "conclusion");
  return {
    version: 1,
    kind: "job",
    action,
    deliveryId,
    receivedAt,
    happenedAt: readTime(job, timeFields[action]) ?? receivedAt,
    job: readJob(job, payload),
    ...(runnerName === undefined ? {} : { runnerName }),
    ...(conclusion === undefined ? {} : { conclusion }),
  };
}

const timeFields = {
  queued: "created_at",
  in_progress: "started_at",
  completed: "completed_at",
} as const satisfies Record<JobAction, string>;

// GitHub tells "no runner" by null, 0 or "", and has sent a runner with a job that was only queued.
function readRunner(action: JobAction, job: JsonObject): string | undefined {
  const id = readOptional(job["runner_id"], (value) => readNumber(value, "workflow_job.runner_id"));
  const name = readOptionalText(job, "runner_name");
  if (action === "queued" || id === undefined || id === 0 || name === "") return undefined;
  return name;
}

// Times only measure: one that cannot be read (a zero time, say) must not cost a job its runner.
function readTime(job: JsonObject, field: string): number | undefined {
  return readTimestamp(readOptionalText(job, field) ?? "");
}

function readJob(job: JsonObject, payload: JsonObject): Job {
  const attempt = readOptional(job["run_attempt"], (value) =>
    readNumber(value, "workflow_job.run_attempt"),
  );
  return {
    id: readNumber(job["id"], "workflow_job.id"),
    attempt: attempt ?? 1,
    runId: readNumber(job["run_id"], "workflow_job.run_id"),
    name: toTitle(readText(job["name"], "workflow_job.name")),
    workflow: toTitle(readOptionalText(job, "workflow_name") ?? ""),
    headSha: readText(job["head_sha"], "workflow_job.head_sha"),
    labels: readArray(job["labels"], "workflow_job.labels").map((label, index) =>
      readText(label, `workflow_job.labels[${index}]`),
    ),
    ...readOrigin(payload),
  };
}

// Names of jobs and workflows are for people only, and matrix values can make them any length.
function toTitle(text: string): string {
  return text.slice(0, 256).toWellFormed();
}

function readOptionalText(job: JsonObject, field: string): string | undefined {
  return readOptional(job[field], (value) => readText(value, `workflow_job.${field}`));
}
