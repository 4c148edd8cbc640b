import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../functions/core/read-json.ts";
import { secret, startReceiveWebhook } from "../support/receive-webhook.ts";
import { createPayload, createRequest } from "../support/webhook.ts";

const hostileBodies = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2_000 }),
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  fc.json(),
  fc.nat(50_000).map((depth) => `{"workflow_job":${"[".repeat(depth)}${"]".repeat(depth)}}`),
  // A whole delivery of ours with one field of a type that it never has.
  fc
    .tuple(
      fc.constantFrom("id", "run_id", "name", "head_sha", "labels", "runner_id", "run_attempt"),
      fc.constantFrom<unknown>({}, true, -1, 0.5, 2 ** 53, 1e308, [[]], [null], { length: 1 }),
    )
    .map(([field, value]) => JSON.stringify(createPayload({ [field]: value }))),
  fc
    .constantFrom("action", "workflow_job", "repository", "installation")
    .map((field) => JSON.stringify(createPayload({}, { [field]: 7 }))),
  fc
    .constantFrom("__proto__", "constructor", "toString")
    .map((key) => `{"action":"queued","workflow_job":{"${key}":{"id":1,"labels":["tornade"]}}}`),
);

describe("receiveWebhook: 200 hostile bodies", () => {
  it("answers them with a client error when signed, and queues nothing", async () => {
    const { receive, aws } = await startReceiveWebhook();
    await fc.assert(
      fc.asyncProperty(hostileBodies, async (body) => {
        expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 400 });
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
    expect(aws.messages).toEqual([]);
  });

  it("answers them with 401 when not signed", async () => {
    const { receive, aws } = await startReceiveWebhook();
    await fc.assert(
      fc.asyncProperty(hostileBodies, async (body) => {
        expect(await receive(createRequest({ body }))).toMatchObject({ statusCode: 401 });
        expect(await receive(createRequest({ body, secret: "guess" }))).toMatchObject({
          statusCode: 401,
        });
      }),
      { numRuns: 200, seed: 20_261_121 },
    );
    expect(aws.messages).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ["that no XML can carry", { name: "\u0000\uFFFE\uFFFF\uD800" }],
    ["that are nearly 64 KB", { labels: ["tornade", "\u{1F600}".repeat(16_000)] }],
  ])("queues characters %s", async (_what, fields) => {
    const { receive, aws } = await startReceiveWebhook();
    const body = JSON.stringify(createPayload(fields));
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
    expect(Buffer.byteLength(aws.messages[0]?.body ?? "")).toBeLessThan(65_537);
  });
});
