import type { APIGatewayProxyEventV2, APIGatewayProxyResultV2 } from "aws-lambda";
import { describe, expect, it } from "vitest";

import { decodeEnvelope } from "../../functions/core/envelope.ts";
import { errorResponse } from "../support/fake-aws.ts";
import { secret, startReceiveWebhook, webhookEnv } from "../support/receive-webhook.ts";
import {
  createPayload,
  createRequest,
  createRunPayload,
  readExamples,
  sign,
  withJob,
} from "../support/webhook.ts";

const body = JSON.stringify(createPayload());

function fill(size: number): string {
  return `{"a":"${"x".repeat(size - 8)}"}`;
}

function unreachable(): never {
  throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
}

describe("receiveWebhook: 202 and 200", () => {
  it("queues a job of ours by one SQS call, in the group of its repository", async () => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    const answer = await receive(createRequest({ body, secret }));
    expect(answer).toEqual({
      statusCode: 202,
      headers: { "content-type": "application/json" },
      body: '{"message":"queued"}',
    });
    expect(aws.calls).toEqual(["GetParameters", "SendMessage"]);
    const [message] = aws.messages;
    expect(message).toMatchObject({
      queueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
      groupId: "591427149",
    });
    expect(decodeEnvelope(message?.body ?? "")).toMatchObject({
      action: "queued",
      deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      receivedAt: surroundings.clock.now,
      job: { id: 12877621891, attempt: 2 },
    });
    expect(message?.body.length).toBeLessThan(1_000);
  });

  it("answers the examples of Octokit, none of which is ours, without a call", async () => {
    const { receive, aws } = await startReceiveWebhook();
    for (const example of readExamples()) {
      const answer = await receive(createRequest({ body: JSON.stringify(example), secret }));
      expect(answer.statusCode).toBe(200);
    }
    expect(aws.messages).toEqual([]);
  });

  it("queues the examples of Octokit with our labels put in, but the waiting one", async () => {
    const { receive, aws } = await startReceiveWebhook();
    const answers = [];
    for (const example of readExamples()) {
      const ours = JSON.stringify(withJob(example, { labels: ["tornade", "arch=ARM64"] }));
      answers.push(await receive(createRequest({ body: ours, secret })));
    }
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 202, 202, 200]);
    expect(aws.messages).toHaveLength(7);
  });

  it("queues the end of a run whose repository has opted in, in the group of the repository", async () => {
    const env = { ...webhookEnv, TORNADE_RERUN_REPOSITORIES: "acme/*" };
    const { receive, aws, surroundings } = await startReceiveWebhook(undefined, env);
    const headers = { "x-github-event": "workflow_run" };
    const ended = JSON.stringify(createRunPayload());
    const answer = await receive(createRequest({ body: ended, secret, headers }));
    expect(answer.statusCode).toBe(202);
    const [message] = aws.messages;
    expect(message?.groupId).toBe("591427149");
    expect(message?.body.length).toBeLessThan(500);
    expect(decodeEnvelope(message?.body ?? "")).toMatchObject({ kind: "run", runId: 4747967848 });
    expect(surroundings.lines.join()).toContain(
      '"runId":4747967848,"attempt":1,"conclusion":"fail',
    );
  });

  it.each([
    ["ping", '{"zen":"Keep it logically awesome.","hook_id":1}', "ping"],
    ["push", "{}", "event not used"],
    ["workflow_run", '{"action":"completed"}', "event not used"],
    ["workflow_job", JSON.stringify(createPayload({ labels: ["ubuntu-latest"] })), "not ours"],
    ["workflow_job", JSON.stringify(createPayload({}, { action: "waiting" })), "action not used"],
  ])("answers 200 to %s %j", async (event, text, reason) => {
    const { receive, aws } = await startReceiveWebhook();
    const headers = { "x-github-event": event };
    const answer = await receive(createRequest({ body: text, secret, headers }));
    expect(answer).toMatchObject({ statusCode: 200, body: JSON.stringify({ message: reason }) });
    expect(aws.messages).toEqual([]);
  });
});

describe("receiveWebhook: forms of a request", () => {
  it("takes header names in any case", async () => {
    const { receive } = await startReceiveWebhook();
    const headers = {
      "Content-Type": "application/json",
      "X-GitHub-Event": "workflow_job",
      "X-GITHUB-DELIVERY": "guid",
      "X-Hub-Signature-256": sign(secret, body),
    };
    const request = createRequest({ body, overrides: { headers } });
    expect(await receive(request)).toMatchObject({ statusCode: 202 });
  });

  it("takes a request without headers and body for one without a signature", async () => {
    const { receive } = await startReceiveWebhook();
    const requestContext = { http: { method: "POST" } };
    expect(await receive({ rawPath: "/webhook", requestContext })).toMatchObject({
      statusCode: 401,
    });
  });

  it("takes the events of API Gateway as they are typed", async () => {
    const { receive } = await startReceiveWebhook();
    const invoke: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyResultV2> = receive;
    expect(invoke).toBe(receive);
  });

  it("decodes a body in base64 to the bytes that were signed", async () => {
    const { receive, aws } = await startReceiveWebhook();
    const bytes = Buffer.from(JSON.stringify(createPayload({ name: "Prüfung ✓" })));
    expect(await receive(createRequest({ body: bytes, secret }))).toMatchObject({
      statusCode: 202,
    });
    expect(aws.messages[0]?.body).toContain("Prüfung ✓");
  });

  it.each([
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-UrlEncoded; charset=utf-8",
  ])("takes a form (%s), signed as it is", async (contentType) => {
    const { receive, aws } = await startReceiveWebhook();
    const form = new URLSearchParams({ payload: body }).toString();
    const headers = { "content-type": contentType };
    const answer = await receive(createRequest({ body: form, secret, headers }));
    expect(answer.statusCode).toBe(202);
    expect(aws.messages).toHaveLength(1);
  });

  it.each([
    ["$default", "/webhook", 202],
    ["prod", "/prod/webhook", 202],
    ["prod", "/webhook", 202],
    ["prod", "/test/webhook", 404],
    ["$default", "/", 404],
    ["$default", "/webhook/", 404],
    ["$default", "/webhooks", 404],
    ["$default", "/WEBHOOK", 404],
  ])("on stage %s answers %s with %d", async (stage, rawPath, status) => {
    const { receive } = await startReceiveWebhook();
    const overrides = { rawPath, requestContext: { stage, http: { method: "POST" } } };
    expect(await receive(createRequest({ body, secret, overrides }))).toMatchObject({
      statusCode: status,
    });
  });

  it.each(["GET", "PUT", "DELETE", "HEAD"])(
    "refuses %s and says what is allowed",
    async (method) => {
      const { receive } = await startReceiveWebhook();
      const overrides = { requestContext: { stage: "$default", http: { method } } };
      expect(await receive(createRequest({ body, secret, overrides }))).toMatchObject({
        statusCode: 405,
        headers: { allow: "POST" },
      });
    },
  );
});

describe("receiveWebhook: 400 once the signature held", () => {
  it.each([
    ["nothing", "", "body should be JSON"],
    ["no JSON", "hello", "body should be JSON"],
    ["half a JSON", body.slice(0, -1), "body should be JSON"],
    ["a byte order mark", `\uFEFF${body}`, "body should be JSON"],
    ["bytes that are not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "body should be UTF-8"],
    ["no object", "[]", "body should be an object, got an array"],
    ["nothing but null", "null", "body should be an object, got null"],
    ["a field of a wrong type", '{"action":1}', "action should be text, got a number"],
    ["100,000 arrays in each other", "[".repeat(100_000), "body should be JSON"],
    [
      "100,000 arrays in each other, closed",
      "[".repeat(100_000) + "]".repeat(100_000),
      "body should be an object, got an array",
    ],
  ])("refuses %s", async (_what, hostile, message) => {
    const { receive, aws } = await startReceiveWebhook();
    const answer = await receive(createRequest({ body: hostile, secret }));
    expect(answer).toMatchObject({ statusCode: 400, body: JSON.stringify({ message }) });
    expect(aws.messages).toEqual([]);
  });

  it.each(["", "other=1"])(
    "refuses '%s', which is neither JSON nor a form of GitHub's",
    async (text) => {
      const { receive } = await startReceiveWebhook();
      expect(await receive(createRequest({ body: text, secret }))).toMatchObject({
        statusCode: 400,
        body: '{"message":"body should be JSON"}',
      });
    },
  );

  it("does not read a form in a text of the JSON that GitHub signed, whatever the header says", async () => {
    const { receive, aws } = await startReceiveWebhook();
    const labels = ["tornade", "runs-on=CODEBUILD"];
    const forged = encodeURIComponent(JSON.stringify(createPayload({ labels })));
    const genuine = createPayload({ name: `a&payload=${forged}&b=`, labels: ["other"] });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = createRequest({ body: JSON.stringify(genuine), secret, headers });
    expect(await receive(request)).toMatchObject({ statusCode: 200 });
    expect(aws.messages).toEqual([]);
  });

  it.each(["payload=", "payload=%7B", "payload=%FF%FE"])("refuses the form '%s'", async (form) => {
    const { receive } = await startReceiveWebhook();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(await receive(createRequest({ body: form, secret, headers }))).toMatchObject({
      statusCode: 400,
      body: `{"message":"form field 'payload' should be JSON"}`,
    });
  });

  it("refuses a delivery without an event", async () => {
    const { receive } = await startReceiveWebhook();
    const headers = { "x-github-event": "" };
    expect(await receive(createRequest({ body, secret, headers }))).toMatchObject({
      statusCode: 400,
    });
  });
});

describe("receiveWebhook: 413", () => {
  const largest = 1_048_576;

  it("takes 1 MiB and refuses a byte more, as text and in base64", async () => {
    const { receive } = await startReceiveWebhook();
    const headers = { "x-github-event": "push" };
    const statusOf = async (sent: string | Buffer) =>
      (await receive(createRequest({ body: sent, secret, headers }))).statusCode;
    expect(await statusOf(fill(largest))).toBe(200);
    expect(await statusOf(Buffer.from(fill(largest)))).toBe(200);
    expect(await statusOf(fill(largest + 1))).toBe(413);
    expect(await statusOf(Buffer.from(fill(largest + 1)))).toBe(413);
  });

  it("counts bytes, not characters", async () => {
    const { receive } = await startReceiveWebhook();
    const request = createRequest({ body: "ü".repeat(largest / 2 + 1), secret });
    expect(await receive(request)).toMatchObject({ statusCode: 413 });
  });

  it("refuses before it looks at the signature", async () => {
    const { receive, aws } = await startReceiveWebhook();
    expect(await receive(createRequest({ body: fill(largest + 1) }))).toMatchObject({
      statusCode: 413,
    });
    expect(aws.calls).toEqual(["GetParameters"]);
  });
});

describe("receiveWebhook: 503", () => {
  it.each([
    ["denies", () => errorResponse(403, "AccessDenied"), 1, "error"],
    [
      "has no such queue",
      () => errorResponse(400, "AWS.SimpleQueueService.NonExistentQueue"),
      1,
      "error",
    ],
    ["throttles", () => errorResponse(400, "RequestThrottled"), 1, "warn"],
    ["breaks", () => errorResponse(500, "InternalFailure"), 2, "warn"],
    ["cannot be reached", unreachable, 2, "warn"],
  ])("asks for another delivery when SQS %s", async (_what, fault, calls, level) => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    aws.faults.set("SendMessage", fault);
    const answer = await receive(createRequest({ body, secret }));
    expect(answer).toMatchObject({
      statusCode: 503,
      body: '{"message":"delivery could not be taken; redeliver it later"}',
    });
    expect(aws.calls.filter((call) => call === "SendMessage")).toHaveLength(calls);
    expect(surroundings.lines).toHaveLength(1);
    expect(surroundings.lines[0]).toContain(`"level":"${level}","message":"delivery failed"`);
    aws.faults.clear();
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });
});

describe("receiveWebhook: its log", () => {
  it.each([
    ["202", createRequest({ body, secret }), "delivery queued"],
    [
      "200",
      createRequest({ body: "{}", secret, headers: { "x-github-event": "ping" } }),
      "delivery ignored",
    ],
    ["400", createRequest({ body: "hello-payload", secret }), "delivery refused"],
    ["401", createRequest({ body, secret: "guess" }), "delivery refused"],
    ["404", createRequest({ body, secret, overrides: { rawPath: "/" } }), "request refused"],
  ])(
    "has one line for a %s and nothing in it that helps to forge",
    async (_status, request, message) => {
      const { receive, surroundings } = await startReceiveWebhook();
      await receive(request);
      const [line = "", ...more] = surroundings.lines;
      expect(more).toEqual([]);
      expect(JSON.parse(line)).toMatchObject({ message });
      expect(line).not.toMatch(/[0-9a-f]{41}|sha256=|hello|Everybody|runs-on/u);
    },
  );

  it("names the job that was queued", async () => {
    const { receive, surroundings } = await startReceiveWebhook();
    await receive(createRequest({ body, secret }));
    expect(JSON.parse(surroundings.lines[0] ?? "")).toEqual({
      level: "info",
      message: "delivery queued",
      deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      event: "workflow_job",
      action: "queued",
      jobId: 12877621891,
      attempt: 2,
      runId: 4747967848,
      repository: "acme/app",
    });
  });

  it("cuts headers, which anybody can make as long as they like", async () => {
    const { receive, surroundings } = await startReceiveWebhook();
    const headers = { "x-github-delivery": "d".repeat(9_000), "x-github-event": "e".repeat(9_000) };
    await receive(createRequest({ body, headers }));
    expect(surroundings.lines[0]?.length).toBeLessThan(400);
  });
});
