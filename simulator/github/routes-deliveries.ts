import { listDeliveries, redeliver } from "./deliveries.ts";
import type { Delivery } from "./model.ts";
import { type Answer, type Call, notFound, pageSize, type Route } from "./route.ts";
import { apiUrl, toTime } from "./urls.ts";

/** What the App's webhook has sent, and sending it again. */
export const deliveryRoutes: Readonly<Record<string, Route>> = {
  "GET /app/hook/deliveries": { access: "app", answer: answerDeliveries },
  "GET /app/hook/deliveries/{delivery_id}": {
    access: "app",
    answer: (call) => {
      const delivery = findDelivery(call);
      return delivery === undefined ? notFound : { status: 200, body: toDetails(delivery) };
    },
  },
  "POST /app/hook/deliveries/{delivery_id}/attempts": {
    access: "app",
    answer: (call) => {
      const delivery = findDelivery(call);
      if (delivery === undefined) return notFound;
      redeliver(call.state, delivery);
      return { status: 202, body: {} };
    },
  },
};

// GitHub's ids of deliveries have outgrown 53 bits: https://github.com/octokit/request.js/issues/797
const firstWideId = 3_804_004_623_172_239_366n;

function wideId(id: number): string {
  return String(firstWideId + BigInt(id));
}

/** Newest first, page after page by a cursor that is handed out in the `link` header. */
function answerDeliveries({ state, query }: Call): Answer {
  const size = pageSize(query);
  const below = Number(/^v1_(\d+)$/u.exec(query["cursor"] ?? "")?.[1] ?? Infinity);
  const found = listDeliveries(state)
    .filter(({ id, statusCode }) => id < below && hasStatus(statusCode, query["status"]))
    .toSorted((one, other) => other.id - one.id);
  const shown = found.slice(0, size);
  const body = shown.map(toItem);
  if (found.length <= size) return { status: 200, body };
  const cursor = `v1_${shown.at(-1)?.id ?? 0}`;
  const next = new URLSearchParams({ ...query, per_page: String(size), cursor });
  const link = `<${apiUrl}/app/hook/deliveries?${next.toString()}>; rel="next"`;
  return { status: 200, body, headers: { link } };
}

function hasStatus(statusCode: number, wanted: string | undefined): boolean {
  const outcome = statusCode >= 400 && statusCode <= 599 ? "failure" : "success";
  return wanted === undefined || wanted === outcome;
}

function findDelivery({ state, parameters }: Call): Delivery | undefined {
  return listDeliveries(state).find(({ id }) => wideId(id) === parameters["delivery_id"]);
}

function toItem(delivery: Delivery): object {
  return {
    id: JSON.rawJSON(wideId(delivery.id)),
    guid: delivery.guid,
    delivered_at: toTime(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.durationMilliseconds / 10) / 100,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

function toDetails(delivery: Delivery): object {
  const payload: unknown = JSON.parse(delivery.request.body);
  return {
    ...toItem(delivery),
    url: "",
    request: { headers: delivery.request.headers, payload },
    response: { headers: {}, payload: "" },
  };
}
