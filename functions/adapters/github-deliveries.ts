import { readArray, readNumber, readObject, readText, readTimestamp } from "../core/read-json.ts";
import type { Deliveries } from "../core/recover-deliveries.ts";
import type { DeliveryAttempt } from "../core/redelivery.ts";
import { appItself } from "./ask-github.ts";
import { readEach, understand } from "./github-answers.ts";
import type { GitHubApp } from "./github-app.ts";
import type { GitHubClient } from "./github-client.ts";
import type { Answer } from "./github-request.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * GitHub's record of its deliveries to the App, asked as the App itself: no installation's budget is
 * touched.
 */
export function createGitHubDeliveries(
  { now, log }: Pick<Surroundings, "now" | "log">,
  { app, ask: askGitHub }: Pick<GitHubClient, "app" | "ask">,
): Deliveries {
  const ask = async (what: string, ...question: Parameters<GitHubApp["call"]>): Promise<Answer> =>
    askGitHub(appItself, what, async () => app.call(...question));
  return {
    list: async ({ outcome, since, most, until }) => {
      const found: DeliveryAttempt[] = [];
      let cursor: string | undefined;
      do {
        const page = cursor === undefined ? {} : { cursor };
        const parameters = { status: outcome, per_page: 100, ...page };
        const answer = await ask("list deliveries", "GET /app/hook/deliveries", parameters);
        const listed = understand("a list of deliveries", () =>
          readArray(answer.data, "deliveries"),
        );
        const deliveries = readEach(listed, { what: "deliveries", read: readDelivery, log });
        const isWanted = (one: DeliveryAttempt) =>
          one.deliveredAt >= since && outcomeOf(one) === outcome;
        found.push(...deliveries.filter(isWanted));
        const isPast = deliveries.some(({ deliveredAt }) => deliveredAt < since);
        cursor = isPast || found.length >= most ? undefined : readNextCursor(answer);
      } while (cursor !== undefined && now() < until);
      return { deliveries: found.slice(0, most), isCut: cursor !== undefined };
    },
    redeliver: async (deliveryId) => {
      const route = "POST /app/hook/deliveries/{delivery_id}/attempts";
      await ask(`deliver ${deliveryId} again`, route, { delivery_id: deliveryId });
    },
  };
}

// GitHub's own classes, and what nobody answered (0) has failed. Looked at here as well, because a GitHub
// that does not know the parameter lists all.
function outcomeOf({ statusCode }: DeliveryAttempt): "success" | "failure" {
  return statusCode >= 200 && statusCode < 400 ? "success" : "failure";
}

function readDelivery(value: unknown): DeliveryAttempt {
  const delivery = readObject(value, "delivery");
  const time = readText(delivery["delivered_at"], "delivery.delivered_at");
  const deliveredAt = readTimestamp(time);
  if (deliveredAt === undefined) {
    throw new Error(`delivery.delivered_at should be a time, got '${time}'`);
  }
  return {
    id: readId(delivery["id"]),
    guid: readText(delivery["guid"], "delivery.guid"),
    deliveredAt,
    statusCode: readNumber(delivery["status_code"], "delivery.status_code"),
    event: readText(delivery["event"], "delivery.event"),
    ...(delivery["redelivery"] === true ? { isRedelivery: true } : {}),
  };
}

// Octokit reads what exceeds 53 bits as a bigint, and would leave such a one out of an address.
function readId(value: unknown): string {
  return typeof value === "bigint" ? String(value) : String(readNumber(value, "delivery.id"));
}

// The next page is told in a header only: `<https://…?cursor=v1_…>; rel="next"`.
function readNextCursor({ headers }: Answer): string | undefined {
  const { link } = headers;
  const next = typeof link === "string" ? /<([^>]*)>; rel="next"/u.exec(link)?.[1] : undefined;
  return next === undefined ? undefined : (new URL(next).searchParams.get("cursor") ?? undefined);
}
