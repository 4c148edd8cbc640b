import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";
import { serve, type HttpFront } from "../../simulator/http-front.ts";
import { jsonResponse, type WireRequest } from "../../simulator/wire.ts";
import { createSimulatedAws, rejection } from "../support/simulated-aws.ts";

const open: HttpFront[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(async (front) => front.close()));
});

async function setUp(port = 0) {
  const { aws } = createSimulatedAws();
  const requests: WireRequest[] = [];
  const echo = async (request: WireRequest) => {
    requests.push(request);
    return jsonResponse(200, { path: request.path });
  };
  const front = await serve({ aws: aws.handle, gitHub: echo, port });
  open.push(front);
  return { aws, requests, front, origin: `http://127.0.0.1:${front.port}` };
}

async function fail(): Promise<never> {
  throw new Error("out of order");
}

describe("serve", () => {
  it("lets the SDK call AWS over loopback", async () => {
    const { aws, origin } = await setUp();
    aws.sqs.createQueue("jobs");
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const sqs = new SQSClient({ region: "eu-west-1", endpoint: origin, credentials });
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "jobs" }));
    expect(QueueUrl).toBe(`${origin}/123456789012/jobs`);
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "grüße" }));
    expect(sent.MessageId).toBeDefined();
    sqs.destroy();
  });

  it.each([
    ["/github/orgs/acme/actions/runners?name=x", "/orgs/acme/actions/runners?name=x"],
    ["/github", "/"],
  ])("passes %s on as %s", async (path, passed) => {
    const { origin, requests } = await setUp();
    const response = await fetch(`${origin}${path}`, {
      method: "POST",
      headers: { "X-GitHub-Event": "ping" },
      body: "grüße",
    });
    expect(await response.json()).toEqual({ path: passed });
    expect(requests).toMatchObject([
      { method: "POST", body: "grüße", headers: { "x-github-event": "ping" } },
    ]);
  });

  it("answers 500 when a service throws", async () => {
    const { aws } = createSimulatedAws();
    const front = await serve({ aws: aws.handle, gitHub: fail, port: 0 });
    open.push(front);
    const response = await fetch(`http://127.0.0.1:${front.port}/github/x`);
    expect([response.status, await response.text()]).toEqual([
      500,
      "the simulator failed: out of order",
    ]);
  });

  it("keeps the code of the error when the port is taken", async () => {
    const { front } = await setUp();
    expect(await rejection(setUp(front.port))).toMatchObject({ code: "EADDRINUSE" });
  });
});
