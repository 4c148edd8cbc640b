import { createHmac } from "node:crypto";
import type { WireRequest } from "../wire.ts";
import { randomHex, randomUuid } from "./identifiers.ts";
import type { Delivery } from "./model.ts";
import type { Sending } from "./planned-faults.ts";
import type { State } from "./state.ts";

/** A webhook event before it is sent. */
export type WebhookEvent = Pick<
  Delivery,
  "event" | "action" | "installationId" | "repositoryId"
> & { readonly payload: object; readonly jobId?: number | undefined };

/** GitHub waits this long for an answer. */
const answerLimitMilliseconds = 10_000;
/** GitHub keeps deliveries this long, to be listed and sent again. */
const keptMilliseconds = 3 * 86_400_000;

/** Signs an event and sends it once, a little later; like GitHub, never again by itself. */
export function sendEvent(state: State, event: WebhookEvent): void {
  const { jobId, action } = event;
  const first = randomUuid(state.random);
  for (const sending of state.faults.planDeliveries({ jobId, action })) {
    const guid = sending.withNewGuid === true ? randomUuid(state.random) : first;
    sendOnce(state, { ...misroute(event, sending), guid }, sending);
  }
}

function sendOnce(
  state: State,
  { payload, jobId: _jobId, guid, ...event }: WebhookEvent & { readonly guid: string },
  { delayMilliseconds = 0 }: Sending,
): void {
  const request = signedRequest(state, { event: event.event, guid, body: JSON.stringify(payload) });
  const attempt = { ...event, guid, redelivery: false, request };
  if (delayMilliseconds === 0) {
    sendLater(state, attempt);
    return;
  }
  state.timeline.after(delayMilliseconds, () => {
    sendLater(state, attempt);
  });
}

// GitHub has told events with the installation of somebody else (June 2026).
function misroute(event: WebhookEvent, { installationId }: Sending): WebhookEvent {
  if (installationId === undefined) return event;
  const payload = { ...event.payload, installation: { id: installationId } };
  return { ...event, installationId, payload };
}

/** Sends the event of a recorded delivery once more, under its old GUID. */
export function redeliver(state: State, delivery: Delivery): void {
  sendLater(state, { ...delivery, redelivery: true });
}

/** The deliveries of the last three days, oldest first; one under way is not among them yet. */
export function listDeliveries(state: State): readonly Delivery[] {
  const oldest = state.timeline.now() - keptMilliseconds;
  return state.deliveries.filter(({ deliveredAt }) => deliveredAt >= oldest);
}

type Outcome = Pick<Delivery, "status" | "statusCode">;
type Attempt = Omit<Delivery, "durationMilliseconds" | keyof Outcome>;

function sendLater(state: State, event: Omit<Attempt, "id" | "deliveredAt">): void {
  state.timeline.after(state.deliveryDelayMilliseconds, () => {
    const deliveredAt = state.timeline.now();
    send(state, { ...event, id: state.nextId.delivery(), deliveredAt });
  });
}

function send(state: State, attempt: Attempt): void {
  const record = recordOnce(state, attempt);
  const giveUp = state.timeline.after(answerLimitMilliseconds, () => {
    record({ status: "timed out", statusCode: 504 });
  });
  state.deliver(attempt.request).then(
    ({ status }) => {
      giveUp();
      record({ status: statusText(status), statusCode: status });
    },
    () => {
      giveUp();
      record({ status: "failed to connect to host", statusCode: 502 });
    },
  );
}

/** The first outcome counts: an answer after the time limit changes nothing. */
function recordOnce(
  { timeline, deliveries, watchers }: State,
  attempt: Attempt,
): (outcome: Outcome) => void {
  let open = true;
  return (outcome) => {
    if (!open) return;
    open = false;
    const durationMilliseconds = timeline.now() - attempt.deliveredAt;
    const delivery = { ...attempt, ...outcome, durationMilliseconds };
    deliveries.push(delivery);
    for (const watcher of watchers) watcher.onDelivery?.(delivery);
  };
}

function statusText(status: number): string {
  return status >= 200 && status < 300 ? "OK" : `Invalid HTTP Response: ${status}`;
}

function signedRequest(
  { app, webhookSecret, random }: State,
  sent: { readonly event: string; readonly guid: string; readonly body: string },
): WireRequest {
  const digest = createHmac("sha256", webhookSecret).update(sent.body).digest("hex");
  const headers = {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": `GitHub-Hookshot/${randomHex(random, 7)}`,
    "x-github-delivery": sent.guid,
    "x-github-event": sent.event,
    "x-github-hook-id": String(400_000_000 + app.id),
    "x-github-hook-installation-target-id": String(app.id),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature-256": `sha256=${digest}`,
  };
  return { method: "POST", path: "/webhook", headers, body: sent.body };
}
