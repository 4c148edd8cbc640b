import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";

import { createAwsClientConfig } from "../../functions/adapters/aws-client.ts";
import { createFakeAws, errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const command = new SendMessageCommand({
  QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
  MessageBody: "hello",
});

function start(env: Readonly<Record<string, string>> = {}) {
  const aws = createFakeAws();
  const surroundings = createTestSurroundings(aws.answer, env);
  return { aws, surroundings, client: new SQSClient(createAwsClientConfig(surroundings)) };
}

describe("createAwsClientConfig", () => {
  it.each([
    [{}, "sqs.eu-west-1.amazonaws.com"],
    [{ AWS_ENDPOINT_URL: "" }, "sqs.eu-west-1.amazonaws.com"],
    [{ AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }, "127.0.0.1"],
  ])("with %j asks %s", async (env, host) => {
    const { surroundings, client } = start(env);
    await client.send(command);
    expect(surroundings.requests.map((request) => request.host)).toEqual([host]);
  });

  it("signs with the session of the function's role", async () => {
    const { surroundings, client } = start({ AWS_SESSION_TOKEN: "session" });
    await client.send(command);
    const [request] = surroundings.requests;
    expect(request?.headers["authorization"]).toContain("Credential=id/");
    expect(request?.headers["x-amz-security-token"]).toBe("session");
  });

  it("leaves it to the surroundings to sign where they do that", async () => {
    const { surroundings } = start();
    const signer = { sign: async <Request>(request: Request) => request };
    const config = createAwsClientConfig({ ...surroundings, awsClients: { signer } });
    await new SQSClient(config).send(command);
    const [request] = surroundings.requests;
    expect(request?.headers).toHaveProperty("x-amz-target", "AmazonSQS.SendMessage");
    expect(request?.headers).not.toHaveProperty("authorization");
  });

  it("leaves the credentials to the SDK where the environment has none", () => {
    const surroundings = createTestSurroundings(createFakeAws().answer);
    expect(createAwsClientConfig(surroundings)).toHaveProperty("credentials");
    expect(createAwsClientConfig({ ...surroundings, env: {} })).not.toHaveProperty("credentials");
  });

  it.each([
    { what: "what may pass", status: 500, name: "InternalFailure", calls: 2 },
    { what: "a throttle", status: 400, name: "RequestThrottled", calls: 1 },
    { what: "a throttle by status", status: 429, name: "TooManyRequests", calls: 1 },
    { what: "a mistake of ours", status: 400, name: "InvalidParameterValue", calls: 1 },
  ])("makes $calls calls in the face of $what", async ({ status, name, calls }) => {
    const { aws, client } = start();
    aws.faults.set("SendMessage", () => errorResponse(status, name));
    await expect(client.send(command)).rejects.toThrow(name);
    expect(aws.calls).toHaveLength(calls);
  });

  it("succeeds when the repetition does", async () => {
    const { aws, client } = start();
    aws.faults.set("SendMessage", () => {
      aws.faults.clear();
      return errorResponse(503, "ServiceUnavailable");
    });
    expect(await client.send(command)).toMatchObject({ MessageId: "message-1" });
  });
});
