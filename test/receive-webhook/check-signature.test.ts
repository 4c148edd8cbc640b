import { describe, expect, it } from "vitest";

import type { WireResponse } from "../../simulator/wire.ts";
import { createFakeAws, errorResponse, type FakeAws } from "../support/fake-aws.ts";
import { secret, startReceiveWebhook, webhookEnv } from "../support/receive-webhook.ts";
import { createPayload, createRequest, sign } from "../support/webhook.ts";

const body = JSON.stringify(createPayload());
const current = webhookEnv.TORNADE_WEBHOOK_SECRET_PARAMETER;
const previous = webhookEnv.TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER;

describe("receiveWebhook: 401", () => {
  const good = sign(secret, body);
  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["of another secret", sign("another", body)],
    ["of another body", sign(secret, `${body} `)],
    ["truncated", good.slice(0, -1)],
    ["longer", `${good}0`],
    ["in upper case", good.toUpperCase()],
    ["in upper case behind its prefix", `sha256=${good.slice(7).toUpperCase()}`],
    ["without its prefix", good.slice(7)],
    ["of SHA-1", `sha1=${good.slice(7, 47)}`],
    ["not hexadecimal", `sha256=${"z".repeat(64)}`],
    ["not ASCII", `sha256=${"é".repeat(64)}`],
    ["given twice", `${good},${good}`],
    ["behind a space", ` ${good}`],
  ])("refuses a signature that is %s, always in the same words", async (_what, signature) => {
    const { receive, aws } = await startReceiveWebhook();
    const headers = signature === undefined ? {} : { "x-hub-signature-256": signature };
    expect(await receive(createRequest({ body, headers }))).toEqual({
      statusCode: 401,
      headers: { "content-type": "application/json" },
      body: '{"message":"signature is missing or wrong"}',
    });
    expect(aws.messages).toEqual([]);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "hello"],
    ["bytes that are not UTF-8", Buffer.from([0xff])],
  ])("refuses %s before it reads it, unless it is signed", async (_what, hostile) => {
    const { receive } = await startReceiveWebhook();
    const headers = { "x-hub-signature-256": sign("another", hostile) };
    expect(await receive(createRequest({ body: hostile, headers }))).toMatchObject({
      statusCode: 401,
    });
    expect(await receive(createRequest({ body: hostile, secret }))).toMatchObject({
      statusCode: 400,
    });
  });
});

describe("receiveWebhook: secrets", () => {
  it("reads them once, at the start", async () => {
    const { receive, aws } = await startReceiveWebhook();
    expect(aws.calls).toEqual(["GetParameters"]);
    await receive(createRequest({ body, secret }));
    await receive(createRequest({ body, secret }));
    expect(aws.calls).toEqual(["GetParameters", "SendMessage", "SendMessage"]);
  });

  it("takes two at the same time", async () => {
    const aws = createFakeAws({ [current]: "new", [previous]: "old\n" });
    const { receive } = await startReceiveWebhook(aws);
    expect(await receive(createRequest({ body, secret: "new" }))).toMatchObject({
      statusCode: 202,
    });
    expect(await receive(createRequest({ body, secret: "old" }))).toMatchObject({
      statusCode: 202,
    });
    expect(await receive(createRequest({ body, secret: "no" }))).toMatchObject({ statusCode: 401 });
  });

  it("asks for one only where no second one is set up", async () => {
    const { TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER: _previous, ...env } = webhookEnv;
    const aws = createFakeAws({ [current]: secret, [previous]: "old" });
    const { receive, surroundings } = await startReceiveWebhook(aws, env);
    expect(surroundings.requests[0]?.body).not.toContain("previous");
    expect(await receive(createRequest({ body, secret: "old" }))).toMatchObject({
      statusCode: 401,
    });
  });

  it("follows a rotation at the first delivery that is signed anew", async () => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    aws.parameters.set(current, "new").set(previous, secret);
    surroundings.clock.now += 30_000;
    expect(await receive(createRequest({ body, secret: "new" }))).toMatchObject({
      statusCode: 202,
    });
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });

  it("drops a secret that was taken out of service, five minutes later", async () => {
    const aws = createFakeAws({ [current]: "new", [previous]: "old" });
    const { receive, surroundings } = await startReceiveWebhook(aws);
    aws.parameters.delete(previous);
    surroundings.clock.now += 299_999;
    expect(await receive(createRequest({ body, secret: "old" }))).toMatchObject({
      statusCode: 202,
    });
    surroundings.clock.now += 1;
    expect(await receive(createRequest({ body, secret: "old" }))).toMatchObject({
      statusCode: 401,
    });
  });

  it("reads them at most once in 30 seconds, however many wrong signatures come", async () => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    for (let second = 0; second < 90; second += 1) {
      surroundings.clock.now += 1_000;
      await receive(createRequest({ body, secret: "guess" }));
    }
    expect(aws.calls).toHaveLength(4);
  });

  it("reads none for a signature that cannot be one", async () => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    surroundings.clock.now += 60_000;
    await receive(createRequest({ body }));
    await receive(createRequest({ body, headers: { "x-hub-signature-256": "sha256=00" } }));
    expect(aws.calls).toHaveLength(1);
  });
});

describe("receiveWebhook: secrets that cannot be read", () => {
  it("starts all the same, answers 503, and recovers", async () => {
    const aws = createFakeAws({ [current]: secret });
    aws.faults.set("GetParameters", () => errorResponse(500, "InternalServerError"));
    const { receive, surroundings } = await startReceiveWebhook(aws);
    expect(surroundings.lines[0]).toContain("webhook secrets not read yet");
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 503 });
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 503 });
    expect(aws.messages).toEqual([]);
    aws.faults.clear();
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });

  it.each([
    ["does not exist", {}],
    ["is empty", { [current]: " \n" }],
  ])("needs somebody to act where the parameter %s", async (_what, parameters) => {
    const { receive, aws, surroundings } = await startReceiveWebhook(createFakeAws(parameters));
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 503 });
    expect(surroundings.lines[1]).toContain('"level":"error"');
    expect(surroundings.lines[1]).toContain("/tornade/webhook-secret");
    aws.parameters.set(current, secret);
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });

  it("keeps the old ones in service while SSM is down", async () => {
    const { receive, aws, surroundings } = await startReceiveWebhook();
    aws.faults.set("GetParameters", () => errorResponse(500, "InternalServerError"));
    surroundings.clock.now += 600_000;
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });

  it("refuses what has no signature without needing them", async () => {
    const { receive } = await startReceiveWebhook(createFakeAws());
    expect(await receive(createRequest({ body }))).toMatchObject({ statusCode: 401 });
  });
});

describe("receiveWebhook: secrets in Secrets Manager", () => {
  const now = "/aws/reference/secretsmanager/tornade/webhook-secret";
  const before = "/aws/reference/secretsmanager/tornade/previous-webhook-secret";
  const env = {
    ...webhookEnv,
    TORNADE_WEBHOOK_SECRET_PARAMETER: now,
    TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER: before,
  };

  /** A Parameter Store that answers every call about one of the names in its own way. */
  async function start(answers: readonly (readonly [name: string, answer: WireResponse])[]) {
    const aws = createFakeAws({ [now]: secret });
    const faults = new Map(answers);
    const answer: FakeAws["answer"] = async (request) => {
      const name = [...faults.keys()].find((one) => request.body.includes(`"${one}"`)) ?? "";
      return faults.get(name) ?? aws.answer(request);
    };
    return { ...(await startReceiveWebhook({ ...aws, answer }, env)), faults };
  }

  it.each([
    "AccessDeniedException",
    "ResourceNotFoundException",
    "ParameterNotFound",
    "ValidationException",
  ])("does with the one there is where the other is refused: %s", async (name) => {
    const { receive, surroundings } = await start([[before, errorResponse(400, name)]]);
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
    expect(await receive(createRequest({ body, secret: "no" }))).toMatchObject({ statusCode: 401 });
    const warnings = surroundings.lines.filter((line) => line.includes('"level":"warn"'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("previous webhook secret not readable");
    expect(warnings[0]).toContain(name);
  });

  it("takes two at the same time, once the second one exists", async () => {
    const missing = errorResponse(400, "AccessDeniedException");
    const { receive, aws, surroundings, faults } = await start([[before, missing]]);
    faults.clear();
    aws.parameters.set(before, "old");
    surroundings.clock.now += 30_000;
    for (const one of ["old", secret]) {
      expect(await receive(createRequest({ body, secret: one }))).toMatchObject({
        statusCode: 202,
      });
    }
  });

  it.each([
    ["the other one is not answered for", before, 500, "InternalServerError"],
    ["the other one is throttled", before, 400, "ThrottlingException"],
    ["the one in service is refused", now, 400, "AccessDeniedException"],
  ])("answers 503 where %s, and recovers", async (...[, name, status, error]) => {
    const { receive, faults } = await start([[name, errorResponse(status, error)]]);
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 503 });
    faults.clear();
    expect(await receive(createRequest({ body, secret }))).toMatchObject({ statusCode: 202 });
  });

  it("keeps both in service while Secrets Manager is down", async () => {
    const { receive, aws, surroundings, faults } = await start([]);
    aws.parameters.set(before, "old");
    surroundings.clock.now += 300_000;
    const old = createRequest({ body, secret: "old" });
    expect(await receive(old)).toMatchObject({ statusCode: 202 });
    faults.set(before, errorResponse(500, "InternalServerError"));
    surroundings.clock.now += 300_000;
    expect(await receive(old)).toMatchObject({ statusCode: 202 });
  });
});
