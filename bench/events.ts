import { readDelivery } from "../functions/core/delivery.ts";
import { encodeEnvelope, type JobEnvelope } from "../functions/core/envelope.ts";
import { readObject, type JsonObject } from "../functions/core/read-json.ts";
import { createRequest, readExamples, withJob } from "../test/support/webhook.ts";

/** An HTTP API event with a delivery as GitHub sends it, signed: a job queued with the labels given. */
export function createDelivery(secret: string, labels: readonly string[]): object {
  return createRequest({ body: JSON.stringify(createPayload({ labels })), secret });
}

/** SQS events with so many jobs in all, `batch` to an event. */
export function createBatches(jobs: number, batch: number): readonly object[] {
  return Array.from({ length: Math.ceil(jobs / batch) }, (_, event) => ({
    Records: Array.from({ length: batch }, (__, index) => toRecord(event * batch + index)),
  }));
}

function toRecord(number: number): object {
  const id = 12_877_621_891 + number;
  return {
    messageId: `message-${number}`,
    receiptHandle: `receipt-${number}`,
    body: encodeEnvelope(createEnvelope(id)),
    attributes: { ApproximateReceiveCount: "1" },
    eventSource: "aws:sqs",
  };
}

function createEnvelope(id: number): JobEnvelope {
  const payload = createPayload({ id, labels: ["tornade", "4747967848", "cpu=2"] });
  const delivery = readDelivery("workflow_job", payload, {
    deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    receivedAt: Date.now(),
    launchLabel: "tornade",
    runnerPrefix: "tornade",
    rerunRepositories: [],
  });
  if (delivery.kind === "send" && delivery.envelope.kind === "job") return delivery.envelope;
  throw new Error("a job should be sent on");
}

// A real delivery, some 10 KB, in an organization of ours.
function createPayload(job: JsonObject): JsonObject {
  const example = readExamples().find(
    ({ action, installation }) => action === "queued" && installation !== undefined,
  );
  const payload = readObject(example, "example");
  const repository = readObject(payload["repository"], "repository");
  const owner = { ...readObject(repository["owner"], "owner"), login: "acme" };
  const acme = { full_name: "acme/app", private: true, owner: { ...owner, type: "Organization" } };
  return { ...withJob(payload, job), repository: { ...repository, ...acme } };
}
