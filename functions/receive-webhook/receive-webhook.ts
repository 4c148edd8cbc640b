import { isRefused } from "../adapters/aws-error.ts";
import { createSqsJobQueue } from "../adapters/sqs-job-queue.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { readDelivery, type DropReason } from "../core/delivery.ts";
import type { JobEnvelope, RunEnvelope } from "../core/envelope.ts";
import { DeliveryError, TornadeError } from "../core/errors.ts";
import { type JobQueue, toGroupId } from "../core/job-queue.ts";
import { toAnswer, toFailureAnswer, type WebhookAnswer } from "./answer.ts";
import { createSignatureCheck, type SignatureCheck } from "./check-signature.ts";
import { isWebhookPath, readBytes, readHeader, readPayload, type WebhookEvent } from "./request.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Answers one HTTP request; never throws. */
export type ReceiveWebhook = (event: WebhookEvent) => Promise<WebhookAnswer>;

/**
 * The function behind the webhook: verifies, shrinks, queues, answers. Reads its secrets at once, so
 * that no delivery waits for them; where that fails, the first delivery tries again.
 * @throws {SettingsError} when a setting is missing or wrong
 */
export async function createReceiveWebhook(surroundings: Surroundings): Promise<ReceiveWebhook> {
  const settings = readSettings(surroundings.env);
  const signatures = createSignatureCheck(surroundings, settings);
  const queue = surroundings.platform?.queue ?? createSqsJobQueue(surroundings, settings.queueUrl);
  await signatures.prepare().catch((error: unknown) => {
    surroundings.log.warn("webhook secrets not read yet", { error });
  });
  return async (event) => {
    try {
      return await receive(event, { surroundings, settings, signatures, queue });
    } catch (error) {
      logFailure(event, surroundings, error);
      return toFailureAnswer(error);
    }
  };
}

type Parts = {
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  readonly signatures: SignatureCheck;
  readonly queue: JobQueue;
};

async function receive(event: WebhookEvent, parts: Parts): Promise<WebhookAnswer> {
  const misdirected = refuseRoute(event, parts.surroundings);
  if (misdirected !== undefined) return misdirected;
  const body = readBytes(event);
  await parts.signatures.check(body, readHeader(event, "x-hub-signature-256"));
  const payload = readPayload(body);
  const { event: name, deliveryId } = namesOf(event);
  const receivedAt = parts.surroundings.now();
  const delivery = readDelivery(name, payload, { ...parts.settings, deliveryId, receivedAt });
  return delivery.kind === "send"
    ? enqueue(event, parts, delivery.envelope)
    : ignore(event, parts.surroundings, delivery.reason);
}

function refuseRoute(event: WebhookEvent, { log }: Surroundings): WebhookAnswer | undefined {
  const { method } = event.requestContext.http;
  const isFound = isWebhookPath(event);
  if (isFound && method === "POST") return undefined;
  const answer = isFound
    ? toAnswer(405, "method should be POST", { allow: "POST" })
    : toAnswer(404, "path should be /webhook");
  log.info("request refused", { status: answer.statusCode });
  return answer;
}

async function enqueue(
  event: WebhookEvent,
  { queue, surroundings }: Parts,
  envelope: JobEnvelope | RunEnvelope,
): Promise<WebhookAnswer> {
  const { id, fullName } = envelope.kind === "job" ? envelope.job.repository : envelope.repository;
  await queue.send(envelope, { groupId: toGroupId(id) });
  const fields = { ...namesOf(event), ...fieldsOf(envelope), repository: fullName };
  surroundings.log.info("delivery queued", fields);
  return toAnswer(202, "queued");
}

function fieldsOf(envelope: JobEnvelope | RunEnvelope) {
  if (envelope.kind === "run") {
    const { runId, attempt, conclusion } = envelope;
    return { runId, attempt, conclusion };
  }
  const { action, job, runnerName } = envelope;
  return { action, jobId: job.id, attempt: job.attempt, runId: job.runId, runnerName };
}

function ignore(event: WebhookEvent, { log }: Surroundings, reason: DropReason): WebhookAnswer {
  log.info("delivery ignored", { ...namesOf(event), reason });
  return toAnswer(200, reason);
}

function logFailure(event: WebhookEvent, { log }: Surroundings, error: unknown): void {
  const fields = { ...namesOf(event), error };
  if (!(error instanceof DeliveryError)) {
    const needsSomebody = error instanceof TornadeError ? !error.retryable : isRefused(error);
    log[needsSomebody ? "error" : "warn"]("delivery failed", fields);
    return;
  }
  // A stranger's request is an outcome like any other; one of GitHub's that cannot be read needs somebody.
  log[error.code === "DeliveryMalformed" ? "error" : "info"]("delivery refused", fields);
}

// Headers are not signed: bounded, whoever sent them.
function namesOf(event: WebhookEvent): { readonly deliveryId: string; readonly event: string } {
  return {
    deliveryId: readHeader(event, "x-github-delivery").slice(0, 64),
    event: readHeader(event, "x-github-event").slice(0, 64),
  };
}
