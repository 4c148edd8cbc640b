import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createSimulatedAws } from "../../support/simulated-aws.ts";

async function call(target: string, body: string, method = "POST") {
  const { aws } = createSimulatedAws();
  aws.sqs.createQueue("jobs");
  const headers = { "x-amz-target": target };
  const response = await aws.handle({ method, path: "/", headers, body });
  const answer: unknown = response.body === "" ? undefined : JSON.parse(response.body);
  return { ...response, answer };
}

describe("createAwsJsonEndpoint", () => {
  it.each([
    ["AmazonSQS.ListQueues", "application/x-amz-json-1.0"],
    ["DynamoDB_20120810.ListTables", "application/x-amz-json-1.0"],
    ["AmazonEC2ContainerServiceV20141113.CreateCluster", "application/x-amz-json-1.1"],
  ])("answers %s as %s with a request id", async (target, contentType) => {
    const { status, headers } = await call(target, "{}");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe(contentType);
    expect(headers["x-amzn-requestid"]).toMatch(/^[\da-f-]{36}$/u);
  });

  it("sends DynamoDB's checksum", async () => {
    const { headers, body } = await call("DynamoDB_20120810.ListTables", "{}");
    expect(headers["x-amz-crc32"]).toBe(String(crc32(body)));
  });

  it("answers an operation without output with an empty body", async () => {
    const body = JSON.stringify({ QueueUrl: "jobs" });
    expect(await call("AmazonSQS.PurgeQueue", body)).toMatchObject({ status: 200, body: "" });
  });

  it.each([
    ["another method", "AmazonSQS.ListQueues", "GET"],
    ["an unknown operation", "AmazonSQS.Nothing", "POST"],
    ["a name every object has", "AmazonSQS.toString", "POST"],
    ["an unknown service", "AmazonS3.ListBuckets", "POST"],
    ["no target", "", "POST"],
  ])("refuses %s", async (_case, target, method) => {
    expect(await call(target, "{}", method)).toMatchObject({
      status: 400,
      answer: { __type: "com.amazon.coral.service#UnknownOperationException" },
    });
  });

  it.each([
    ["a body that is not JSON", "AmazonSQS.SendMessage", "{", "SerializationException"],
    ["a body that is no object", "AmazonSQS.SendMessage", "[]", "SerializationException"],
    ["a number for text", "AmazonSQS.SendMessage", '{"QueueUrl":1}', "SerializationException"],
    ["an absent queue URL", "AmazonSQS.SendMessage", "{}", "MissingRequiredParameterException"],
    ["an absent table", "DynamoDB_20120810.PutItem", "{}", "ValidationException"],
    ["an absent project", "CodeBuild_20161006.StartBuild", "{}", "InvalidInputException"],
    ["an absent parameter", "AmazonSSM.GetParameter", '{"Name":null}', "ValidationException"],
  ])("refuses %s", async (...[, target, body, type]) => {
    const { status, answer } = await call(target, body);
    expect(status).toBe(400);
    expect(answer).toHaveProperty("__type", expect.stringMatching(`(^|#)${type}$`));
    expect(answer).toHaveProperty("message", expect.stringMatching(/\w/u));
  });
});
