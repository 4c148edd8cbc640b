import { MessageError, messageOf } from "./errors.ts";
import type { Job, Repository } from "./job.ts";
import { isItemId, type ItemId } from "./ledger.ts";
import {
  readArray,
  readFlag,
  readNumber,
  readObject,
  readOptional,
  readText,
} from "./read-json.ts";

/** What happened to a job, as GitHub tells it by `action`. */
export const jobActions = ["queued", "in_progress", "completed"] as const;
export type JobAction = (typeof jobActions)[number];

/** A `workflow_job` delivery on its way from receive-webhook to launch-runner. */
export type JobEnvelope = {
  readonly version: 1;
  readonly kind: "job";
  readonly action: JobAction;
  /** `X-GitHub-Delivery`: for logs only, a job may be told under several. */
  readonly deliveryId: string;
  /** When receive-webhook saw it, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** When it happened at GitHub, in milliseconds since the epoch. */
  readonly happenedAt: number;
  /** When GitHub named its repository so, where that is not when it happened: it was found in a list. */
  readonly namedAt?: number;
  readonly job: Job;
  /** Absent while no runner has the job; GitHub then sends null, 0 or "". */
  readonly runnerName?: string;
  readonly conclusion?: string;
};

/** A `workflow_run` delivery that tells of the end of a run, on the same way. */
export type RunEnvelope = {
  readonly version: 1;
  readonly kind: "run";
  /** `X-GitHub-Delivery`: for logs only. */
  readonly deliveryId: string;
  /** When receive-webhook saw it, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** When it ended at GitHub, in milliseconds since the epoch. */
  readonly happenedAt: number;
  readonly runId: number;
  readonly attempt: number;
  /** "" where GitHub tells none. */
  readonly conclusion: string;
  readonly repository: Repository;
  readonly installationId?: number;
};

/** A reminder to look at one ledger item again, sent by tornade to itself. */
export type WakeEnvelope = {
  readonly version: 1;
  readonly kind: "wake";
  /** Id of the ledger item to look at. */
  readonly itemId: ItemId;
};

/** Everything that travels through the job queue. */
export type Envelope = JobEnvelope | RunEnvelope | WakeEnvelope;

/** The text of a queue message, in the characters that SQS takes: those of XML. */
export function encodeEnvelope(envelope: Envelope): string {
  return JSON.stringify(envelope).replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

/**
 * The envelope in a queue message.
 * @throws {MessageError} when the text is not an envelope of a version this code knows
 */
export function decodeEnvelope(text: string): Envelope {
  try {
    return readEnvelope(JSON.parse(text));
  } catch (error) {
    throw new MessageError(`message is not an envelope: ${messageOf(error)}`);
  }
}

function readEnvelope(value: unknown): Envelope {
  const fields = readObject(value, "message");
  const version = readNumber(fields["version"], "version");
  if (version !== 1) throw new Error(`version should be 1, got ${version}`);
  const kind = readText(fields["kind"], "kind");
  if (kind === "job") return readJobEnvelope(fields);
  if (kind === "run") return readRunEnvelope(fields);
  if (kind === "wake") return { version, kind, itemId: readItemId(fields["itemId"]) };
  throw new Error(`kind should be 'job', 'run' or 'wake', got '${kind}'`);
}

function readItemId(value: unknown): ItemId {
  const text = readText(value, "itemId");
  if (isItemId(text)) return text;
  throw new Error(`itemId should begin with 'job#', 'runner#' or 'run#', got '${text}'`);
}

function readJobEnvelope(fields: Readonly<Record<string, unknown>>): JobEnvelope {
  const action = jobActions.find((known) => known === fields["action"]);
  if (action === undefined) throw new Error(`action should be one of ${jobActions.join(", ")}`);
  const runnerName = readOptional(fields["runnerName"], (name) => readText(name, "runnerName"));
  const conclusion = readOptional(fields["conclusion"], (text) => readText(text, "conclusion"));
  const namedAt = readOptional(fields["namedAt"], (time) => readNumber(time, "namedAt"));
  return {
    version: 1,
    kind: "job",
    action,
    deliveryId: readText(fields["deliveryId"], "deliveryId"),
    receivedAt: readNumber(fields["receivedAt"], "receivedAt"),
    happenedAt: readNumber(fields["happenedAt"], "happenedAt"),
    job: readJob(fields["job"]),
    ...(namedAt === undefined ? {} : { namedAt }),
    ...(runnerName === undefined ? {} : { runnerName }),
    ...(conclusion === undefined ? {} : { conclusion }),
  };
}

function readRunEnvelope(fields: Readonly<Record<string, unknown>>): RunEnvelope {
  const receivedAt = readNumber(fields["receivedAt"], "receivedAt");
  const happenedAt = readOptional(fields["happenedAt"], (time) => readNumber(time, "happenedAt"));
  return {
    version: 1,
    kind: "run",
    deliveryId: readText(fields["deliveryId"], "deliveryId"),
    receivedAt,
    happenedAt: happenedAt ?? receivedAt,
    runId: readNumber(fields["runId"], "runId"),
    attempt: readNumber(fields["attempt"], "attempt"),
    conclusion: readText(fields["conclusion"], "conclusion"),
    repository: readRepository(fields["repository"], "repository"),
    ...readInstallation(fields["installationId"], "installationId"),
  };
}

function readJob(value: unknown): Job {
  const fields = readObject(value, "job");
  return {
    id: readNumber(fields["id"], "job.id"),
    attempt: readNumber(fields["attempt"], "job.attempt"),
    runId: readNumber(fields["runId"], "job.runId"),
    name: readText(fields["name"], "job.name"),
    workflow: readText(fields["workflow"], "job.workflow"),
    headSha: readText(fields["headSha"], "job.headSha"),
    labels: readArray(fields["labels"], "job.labels").map((label) => readText(label, "label")),
    repository: readRepository(fields["repository"], "job.repository"),
    ...readInstallation(fields["installationId"], "job.installationId"),
  };
}

function readInstallation(value: unknown, field: string): { readonly installationId?: number } {
  const installationId = readOptional(value, (id) => readNumber(id, field));
  return installationId === undefined ? {} : { installationId };
}

function readRepository(value: unknown, field: string): Repository {
  const fields = readObject(value, field);
  return {
    id: readNumber(fields["id"], `${field}.id`),
    fullName: readText(fields["fullName"], `${field}.fullName`),
    owner: readText(fields["owner"], `${field}.owner`),
    ownerType: fields["ownerType"] === "User" ? "User" : "Organization",
    private: readFlag(fields["private"], `${field}.private`),
  };
}
