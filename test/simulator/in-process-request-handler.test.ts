import { describe, expect, it } from "vitest";

import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import { jsonResponse, type WireRequest } from "../../simulator/wire.ts";

/** Bytes as the SDK's JSON codec hands them over: it warns when they are treated as text. */
class WatchedBytes extends Uint8Array {
  override valueOf(): this {
    throw new Error("the body was asked for its text");
  }

  override toString(): string {
    return String(this.valueOf());
  }
}

function start() {
  const requests: WireRequest[] = [];
  const handler = createInProcessRequestHandler(async (request) => {
    requests.push(request);
    return jsonResponse(200, {});
  });
  return { requests, handler };
}

const request = { method: "POST", path: "/", headers: { "X-Amz-Target": "AmazonSQS.SendMessage" } };

describe("createInProcessRequestHandler", () => {
  it.each([
    ["text", '{"name":"grün"}'],
    ["bytes", new TextEncoder().encode('{"name":"grün"}')],
    [
      "bytes that must not be asked for their text",
      WatchedBytes.from(Buffer.from('{"name":"grün"}')),
    ],
    ["a part of a larger buffer", Buffer.from('  {"name":"grün"}  ').subarray(2, -2)],
  ])("hands on a body of %s", async (_what, body) => {
    const { handler, requests } = start();
    await handler.handle({ ...request, body });
    expect(requests).toMatchObject([
      { method: "POST", path: "/", headers: { "x-amz-target": "AmazonSQS.SendMessage" } },
    ]);
    expect(requests[0]?.body).toBe('{"name":"grün"}');
  });

  it.each([undefined, null])("takes %s for no body", async (body) => {
    const { handler, requests } = start();
    await handler.handle({ ...request, body });
    expect(requests[0]?.body).toBe("");
  });

  it("refuses a body that is neither text nor bytes", async () => {
    const { handler } = start();
    await expect(handler.handle({ ...request, body: 1 })).rejects.toThrow(
      "request body should be text or bytes, got number",
    );
  });
});
