import { MessageError, messageOf } from "./errors.ts";
import type { Job } from "./job.ts";
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
  readonly job: Job;
  /** Absent while no runner has the job; GitHub then sends null, 0 or "". */
  readonly runnerName?: string;
  readonly conclusion?: string;
};

/** A reminder to look at one ledger item again, sent by tornade to itself. */
export type WakeEnvelope = {
  readonly version: 1;
  readonly kind: "wake";
  /** Id of the ledger item to look at. */
  readonly itemId: ItemId;
};

/** Everything that travels through the job queue. */
export type Envelope = JobEnvelope | WakeEnvelope;

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
  if (kind === "wake") return { version, kind, itemId: readItemId(fields["itemId"]) };
  throw new Error(`kind should be 'job' or 'wake', got '${kind}'`);
}

function readItemId(value: unknown): ItemId {
  const text = readText(value, "itemId");
  if (isItemId(text)) return text;
  throw new Error(`itemId should begin with 'job#' or 'runner#', got '${text}'`);
}

function readJobEnvelope(fields: Readonly<Record<string, unknown>>): JobEnvelope {
  const action = jobActions.find((known) => known === fields["action"]);
  if (action === undefined) throw new Error(`action should be one of ${jobActions.join(", ")}`);
  const runnerName = readOptional(fields["runnerName"], (name) => readText(name, "runnerName"));
  const conclusion = readOptional(fields["conclusion"], (text) => readText(text, "conclusion"));
  return {
    version: 1,
    kind: "job",
    action,
    deliveryId: readText(fields["deliveryId"], "deliveryId"),
    receivedAt: readNumber(fields["receivedAt"], "receivedAt"),
    happenedAt: readNumber(fields["happenedAt"], "happenedAt"),
    job: readJob(fields["job"]),
    ...(runnerName === undefined ? {} : { runnerName }),
    ...(conclusion === undefined ? {} : { conclusion }),
  };
}

function readJob(value: unknown): Job {
  const fields = readObject(value, "job");
  const installationId = readOptional(fields["installationId"], (id) =>
    readNumber(id, "job.installationId"),
  );
  return {
    id: readNumber(fields["id"], "job.id"),
    attempt: readNumber(fields["attempt"], "job.attempt"),
    runId: readNumber(fields["runId"], "job.runId"),
    name: readText(fields["name"], "job.name"),
    workflow: readText(fields["workflow"], "job.workflow"),
    headSha: readText(fields["headSha"], "job.headSha"),
    labels: readArray(fields["labels"], "job.labels").map((label) => readText(label, "label")),
    repository: readRepository(fields["repository"]),
    ...(installationId === undefined ? {} : { installationId }),
  };
}

function readRepository(value: unknown): Job["repository"] {
  const fields = readObject(value, "job.repository");
  return {
    id: readNumber(fields["id"], "job.repository.id"),
    fullName: readText(fields["fullName"], "job.repository.fullName"),
    owner: readText(fields["owner"], "job.repository.owner"),
    ownerType: fields["ownerType"] === "User" ? "User" : "Organization",
    private: readFlag(fields["private"], "job.repository.private"),
  };
}
