import { createLambdaSurroundings } from "../adapters/surroundings.ts";
import { createReceiveWebhook } from "./receive-webhook.ts";

/** What AWS Lambda calls; everything warm is made here, during its INIT phase. */
export const handler = await createReceiveWebhook(createLambdaSurroundings());
