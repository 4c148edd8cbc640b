import {
  encodeEnvelope,
  jobActions,
  type JobAction,
  type JobEnvelope,
  type RunEnvelope,
} from "./envelope.ts";
import { DeliveryError, messageOf } from "./errors.ts";
import { readJobDelivery } from "./job-delivery.ts";
import { isOurs } from "./labels.ts";
import { type JsonObject, readObject, readText } from "./read-json.ts";
import { readOrigin } from "./read-origin.ts";
import { hasOptedIn } from "./rerun-repositories.ts";
import { readRunDelivery } from "./run-delivery.ts";
import { readRunnerName } from "./runner-name.ts";

/** What a delivery is read against. */
export type DeliveryContext = {
  /** `X-GitHub-Delivery`. */
  readonly deliveryId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly launchLabel: string;
  readonly runnerPrefix: string;
  /** `owner/name` or `owner/*`: whose failed runs are looked at. */
  readonly rerunRepositories: readonly string[];
};

/** Why a delivery is answered and goes no further. */
export type DropReason =
  | "ping"
  | "event not used"
  | "action not used"
  | "not ours"
  | "re-runs not wanted";

/** What becomes of a delivery. */
export type Delivery =
  | { readonly kind: "send"; readonly envelope: JobEnvelope | RunEnvelope }
  | { readonly kind: "drop"; readonly reason: DropReason };

/**
 * Reads the parsed body of a delivery of the event `event` (`X-GitHub-Event`).
 * @throws {DeliveryError} when a field has the wrong type, or the job is larger than any real one
 */
export function readDelivery(event: string, body: unknown, context: DeliveryContext): Delivery {
  try {
    return readEvent(event, body, context);
  } catch (error) {
    throw new DeliveryError("DeliveryMalformed", messageOf(error));
  }
}

function readEvent(event: string, body: unknown, context: DeliveryContext): Delivery {
  const payload = readObject(body, "body");
  if (event === "") throw new Error("header x-github-event should name the event, got nothing");
  if (event === "ping") return { kind: "drop", reason: "ping" };
  if (event === "workflow_run" && context.rerunRepositories.length > 0) {
    return readRun(payload, context);
  }
  if (event !== "workflow_job") return { kind: "drop", reason: "event not used" };
  const action = readAction(payload["action"]);
  if (action === undefined) return { kind: "drop", reason: "action not used" };
  const envelope = readJobDelivery(action, payload, context);
  if (!concernsUs(envelope, context)) return { kind: "drop", reason: "not ours" };
  return { kind: "send", envelope: withinBounds(envelope) };
}

function readRun(payload: JsonObject, context: DeliveryContext): Delivery {
  if (readText(payload["action"], "action") !== "completed") {
    return { kind: "drop", reason: "action not used" };
  }
  const origin = readOrigin(payload);
  if (!hasOptedIn(origin.repository.fullName, context.rerunRepositories)) {
    return { kind: "drop", reason: "re-runs not wanted" };
  }
  return { kind: "send", envelope: keepSmall(readRunDelivery(payload, origin, context)) };
}

// The action, never `workflow_job.status`: a real `queued` can carry the status `waiting`.
function readAction(value: unknown): JobAction | undefined {
  const action = readText(value, "action");
  return jobActions.find((known) => known === action);
}

function concernsUs({ action, job, runnerName }: JobEnvelope, context: DeliveryContext): boolean {
  if (isOurs(job.labels, context.launchLabel)) return true;
  // GitHub may give a foreign job to our runner, when its labels are a subset of the runner's.
  if (runnerName !== undefined)
    return readRunnerName(context.runnerPrefix, runnerName) !== undefined;
  // A job cancelled before it had a runner can come without its labels.
  return action === "completed" && job.labels.length === 0;
}

/** More than any runner could ever register with. */
const mostLabels = 100;

/** Bytes an envelope has at most, so that queue, ledger and logs can rely on it. */
const largestEnvelope = 65_536;

// Labels, ids and names of repositories work as a whole or not at all, hence no cutting here.
function withinBounds(envelope: JobEnvelope): JobEnvelope {
  const labels = envelope.job.labels.length;
  if (labels > mostLabels) {
    throw new Error(`workflow_job.labels should be at most ${mostLabels}, got ${labels}`);
  }
  return keepSmall(envelope);
}

function keepSmall<Sent extends JobEnvelope | RunEnvelope>(envelope: Sent): Sent {
  const bytes = new TextEncoder().encode(encodeEnvelope(envelope)).length;
  if (bytes > largestEnvelope) {
    throw new Error(`${envelope.kind} should take at most ${largestEnvelope} bytes, got ${bytes}`);
  }
  return envelope;
}
