import { createHmac } from "node:crypto";
import { createRequire } from "node:module";

import type { WebhookEvent } from "../../functions/receive-webhook/request.ts";
import { readArray, readObject, type JsonObject } from "../../functions/core/read-json.ts";

/** A signature as GitHub makes it. */
export function sign(secret: string, body: string | Buffer): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** What a request is made from. */
export type RequestOptions = {
  readonly body: string | Buffer;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly overrides?: Partial<WebhookEvent>;
};

/** An event of API Gateway with a signed `workflow_job` delivery. */
export function createRequest({ body, secret, headers, overrides }: RequestOptions): WebhookEvent {
  const isText = typeof body === "string";
  return {
    rawPath: "/webhook",
    requestContext: { stage: "$default", http: { method: "POST" } },
    headers: {
      "content-type": "application/json",
      "x-github-event": "workflow_job",
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      ...(secret === undefined ? {} : { "x-hub-signature-256": sign(secret, body) }),
      ...headers,
    },
    body: isText ? body : body.toString("base64"),
    isBase64Encoded: !isText,
    ...overrides,
  };
}

/** The payloads of one event that Octokit has collected, as GitHub sent them. */
export function readExamples(
  event: "workflow_job" | "workflow_run" = "workflow_job",
): readonly JsonObject[] {
  const definitions: unknown = createRequire(import.meta.url)("@octokit/webhooks-examples");
  const definition = readArray(definitions, "definitions")
    .map((value) => readObject(value, "definition"))
    .find(({ name }) => name === event);
  const examples = readArray(definition?.["examples"], "examples");
  return examples.map((value) => readObject(value, "example"));
}

/** The payload with fields of its `workflow_job` replaced. */
export function withJob(payload: JsonObject, fields: JsonObject): JsonObject {
  return { ...payload, workflow_job: { ...readObject(payload["workflow_job"], "job"), ...fields } };
}

/** A `workflow_job` payload of ours. */
export function createPayload(fields: JsonObject = {}, top: JsonObject = {}): JsonObject {
  return {
    action: "queued",
    workflow_job: {
      id: 12877621891,
      run_id: 4747967848,
      run_attempt: 2,
      workflow_name: "CI",
      head_branch: "main",
      head_sha: "16c5286e8d9a0629956a28938386b36608707a71",
      status: "queued",
      conclusion: null,
      created_at: "2023-04-19T21:12:12Z",
      started_at: "2023-04-19T21:12:20Z",
      completed_at: null,
      name: "test (1, 2)",
      steps: [],
      labels: ["tornade", "4747967848", "runs-on=FARGATE_SPOT"],
      runner_id: null,
      runner_name: null,
      runner_group_id: null,
      runner_group_name: null,
      ...fields,
    },
    repository: {
      id: 591427149,
      full_name: "acme/app",
      private: true,
      owner: { login: "acme", type: "Organization" },
    },
    sender: { login: "octocat" },
    installation: { id: 23154469, node_id: "MDIz" },
    ...top,
  };
}

/** The payload of a run that failed, as GitHub sent it but for the names in it and the fields given. */
export function createRunPayload(fields: JsonObject = {}, top: JsonObject = {}): JsonObject {
  const payload = readExamples("workflow_run").find(({ action }) => action === "completed");
  const run = { ...readObject(payload?.["workflow_run"], "run"), id: 4747967848 };
  const { repository, installation } = createPayload();
  return {
    ...payload,
    workflow_run: { ...run, conclusion: "failure", ...fields },
    repository,
    installation,
    ...top,
  };
}
