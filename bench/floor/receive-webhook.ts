import { createHmac, timingSafeEqual } from "node:crypto";

import { readArray, readObject, readText } from "../../functions/core/read-json.ts";
import { callAws } from "./call-aws.ts";
import { readParameters } from "./read-parameters.ts";

// The least a receive-webhook could do: what there is beyond it, it costs.
const { env } = process;
const [secret = ""] = await readParameters(env["TORNADE_WEBHOOK_SECRET_PARAMETER"] ?? "");

/** Verifies, reads, queues and answers a delivery, with the calls of receive-webhook in their order. */
export async function handler(event: unknown): Promise<{ readonly statusCode: number }> {
  const { body, headers } = readObject(event, "event");
  const text = readText(body, "body");
  const signature = readText(readObject(headers, "headers")["x-hub-signature-256"], "signature");
  if (!isSigned(text, signature)) return { statusCode: 401 };
  const payload = readObject(JSON.parse(text), "payload");
  const job = readObject(payload["workflow_job"], "workflow_job");
  const labels = readArray(job["labels"], "labels");
  if (!labels.includes("tornade")) return { statusCode: 200 };
  const { id, run_id: runId, run_attempt: attempt } = job;
  const { id: group } = readObject(payload["repository"], "repository");
  await callAws("sqs", "SendMessage", {
    QueueUrl: env["TORNADE_QUEUE_URL"],
    MessageBody: JSON.stringify({ action: payload["action"], id, runId, attempt, labels }),
    MessageGroupId: String(group),
  });
  return { statusCode: 202 };
}

function isSigned(text: string, signature: string): boolean {
  const expected = `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`;
  const [one, other] = [Buffer.from(expected), Buffer.from(signature)];
  return one.length === other.length && timingSafeEqual(one, other);
}
