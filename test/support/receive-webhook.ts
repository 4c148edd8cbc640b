import type { Environment } from "../../functions/adapters/surroundings.ts";
import {
  createReceiveWebhook,
  type ReceiveWebhook,
} from "../../functions/receive-webhook/receive-webhook.ts";
import { createFakeAws, type FakeAws } from "./fake-aws.ts";
import { createTestSurroundings, type TestSurroundings } from "./surroundings.ts";

export const secret = "It's a Secret to Everybody";

/** The environment of a receive-webhook that is set up for two secrets. */
export const webhookEnv = {
  TORNADE_WEBHOOK_SECRET_PARAMETER: "/tornade/webhook-secret",
  TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER: "/tornade/previous-webhook-secret",
  TORNADE_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
} as const;

/** One instance of the function and what is around it. */
export type StartedReceiveWebhook = {
  readonly receive: ReceiveWebhook;
  readonly aws: FakeAws;
  readonly surroundings: TestSurroundings;
};

/** Starts receive-webhook against a fake SQS and SSM, which hold one secret unless told otherwise. */
export async function startReceiveWebhook(
  aws: FakeAws = createFakeAws({ "/tornade/webhook-secret": secret }),
  env: Environment = webhookEnv,
): Promise<StartedReceiveWebhook> {
  const surroundings = createTestSurroundings(aws.answer, env);
  const receive = await createReceiveWebhook(surroundings);
  return { receive, aws, surroundings };
}
