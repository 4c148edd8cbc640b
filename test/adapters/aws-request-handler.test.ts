import http from "node:http";

import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, it } from "vitest";

import { createAwsClient } from "../../functions/adapters/aws-client.ts";
import { AwsRequestHandler } from "../../functions/adapters/aws-request-handler.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

/** `md5("hello")`, which the client holds against what it sent. */
const answer = JSON.stringify({
  MessageId: "message-1",
  MD5OfMessageBody: "5d41402abc4b2a76b9719d911017c592",
});

const cleanups: (() => void)[] = [];

/** A client of an SQS that answers each request in the next of these ways, for ever in the last one. */
async function connect(ways: readonly ((response: http.ServerResponse) => void)[]) {
  let requests = 0;
  const server = http.createServer((request, response) => {
    const way = ways[Math.min(requests, ways.length - 1)];
    requests += 1;
    request.resume().on("end", () => way?.(response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const requestHandler = new AwsRequestHandler(300);
  cleanups.push(() => {
    requestHandler.destroy();
    server.closeAllConnections();
    server.close();
  });
  const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  const surroundings = createTestSurroundings(async () => Promise.reject(new Error("unused")), env);
  const client = createAwsClient(SQSClient, { ...surroundings, requestHandler });
  const QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
  return {
    send: async () => client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" })),
    requests: () => requests,
  };
}

function begin(response: http.ServerResponse): void {
  const headers = { "content-type": "application/x-amz-json-1.0", "content-length": answer.length };
  response.writeHead(200, headers);
}

function whole(response: http.ServerResponse): void {
  begin(response);
  response.end(answer);
}

function stalled(response: http.ServerResponse): void {
  begin(response);
  response.write(answer.slice(0, 9));
}

// Never quiet, and never done within the time.
function dripping(response: http.ServerResponse): void {
  begin(response);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent === answer.length || response.destroyed) clearInterval(timer);
    else response.write(answer.charAt(sent));
    sent += 1;
  }, 50);
}

function cut(response: http.ServerResponse): void {
  stalled(response);
  setImmediate(() => response.destroy());
}

afterEach(() => {
  for (const cleanUp of cleanups.splice(0)) cleanUp();
});

describe("AwsRequestHandler", () => {
  it("brings the whole answer", async () => {
    const { send, requests } = await connect([whole]);
    expect(await send()).toMatchObject({ MessageId: "message-1" });
    expect(requests()).toBe(1);
  });

  it.each([
    { what: "no answer at all", way: () => {} },
    { what: "an answer that stalls", way: stalled },
    { what: "an answer that drips", way: dripping },
  ])("gives up on $what, after one repetition", async ({ way }) => {
    const { send, requests } = await connect([way]);
    await expect(send()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(requests()).toBe(2);
  });

  it.each([
    { what: "stalls", way: stalled },
    { what: "is cut off", way: cut },
  ])("makes good for an answer that $what", async ({ way }) => {
    const { send, requests } = await connect([way, whole]);
    expect(await send()).toMatchObject({ MessageId: "message-1" });
    expect(requests()).toBe(2);
  });
});
