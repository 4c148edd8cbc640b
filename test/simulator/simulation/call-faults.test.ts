import { describe, expect, it } from "vitest";

import { decodeEnvelope } from "../../../functions/core/envelope.ts";
import type { FaultName } from "../../../simulator/simulation/fault-rates.ts";
import { readPoisonMark } from "../../../simulator/simulation/poison-mark.ts";
import type { WireRequest, WireResponse } from "../../../simulator/wire.ts";
import {
  awsRequest,
  bodyOf,
  createStage,
  runTask,
  type Stage,
  watchTasks,
  who,
} from "./fault-stage.ts";

const startBuild = awsRequest("CodeBuild_20161006.StartBuild", {
  projectName: "tornade",
  idempotencyToken: "tornade-7-1-1",
  environmentVariablesOverride: [{ name: "RUNNER_NAME", value: "tornade-7-1-1" }],
});

const putNew = awsRequest("DynamoDB_20120810.PutItem", {
  TableName: "tornade",
  Item: { id: { S: "job#7-1" }, version: { N: "1" } },
  ConditionExpression: "attribute_not_exists(#key)",
  ExpressionAttributeNames: { "#key": "id" },
});

const putAgain = awsRequest("DynamoDB_20120810.PutItem", {
  TableName: "tornade",
  Item: { id: { S: "job#7-1" }, version: { N: "2" } },
  ConditionExpression: "#version = :expected",
  ExpressionAttributeNames: { "#version": "version" },
  ExpressionAttributeValues: { ":expected": { N: "1" } },
});

async function call(fault: FaultName, request: WireRequest) {
  const stage = createStage([fault]);
  const tasks = watchTasks(stage);
  const answer = await stage.faults.betweenAws(stage.services.aws.handle, who)(request);
  await stage.timeline.advance(0);
  const struck = stage.faults.strikes.of(7).map((strike) => strike.fault);
  return { answer, struck, tasks, stage };
}

describe("disturbLaunches", () => {
  it.each<readonly [FaultName, WireRequest, number, string]>([
    ["launch-throttled", runTask(), 400, "ThrottlingException"],
    ["launch-throttled", startBuild, 400, "ThrottlingException"],
    ["launch-unavailable", runTask(), 500, "ServerException"],
    ["launch-ec2-throttled", runTask(), 400, "InvalidParameterException"],
    ["builds-limited", startBuild, 400, "AccountLimitExceededException"],
    ["no-capacity", runTask(), 200, "Capacity is unavailable"],
  ])("%s answers without starting anything", async (fault, request, status, text) => {
    const { answer, struck, tasks } = await call(fault, request);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(text);
    expect(struck).toEqual([fault]);
    expect(tasks).toEqual([]);
  });

  it("launch-answer-lost starts the task, and loses the answer to its repetition too", async () => {
    const { answer, tasks, stage } = await call("launch-answer-lost", runTask());
    const send = stage.faults.betweenAws(stage.services.aws.handle, who);
    expect([answer.status, tasks]).toEqual([500, ["PROVISIONING"]]);
    expect((await send(runTask())).status).toBe(500);
    await stage.timeline.advance(0);
    expect(tasks).toEqual(["PROVISIONING"]);
  });

  it("launch-timeout starts the task and answers nothing for four seconds", async () => {
    const stage = createStage(["launch-timeout"]);
    const tasks = watchTasks(stage);
    const asked = stage.faults.betweenAws(stage.services.aws.handle, who)(runTask());
    const outcome = asked.catch((error: unknown) => error);
    await stage.timeline.advance(3_999);
    expect(tasks).toEqual(["PROVISIONING"]);
    await stage.timeline.advance(1);
    expect(await outcome).toMatchObject({ name: "TimeoutError" });
  });

  it("launch-conflict names the task that was started", async () => {
    const { answer, tasks } = await call("launch-conflict", runTask());
    expect(bodyOf(answer)).toMatchObject({
      __type: "ConflictException",
      resourceIds: [expect.stringContaining(":task/tornade/")],
    });
    expect(tasks).toEqual(["PROVISIONING"]);
  });

  it("replayed-failures repeats a failure to the same token, when there is capacity again", async () => {
    const stage = createStage(["no-capacity", "replayed-failures"]);
    const send = stage.faults.betweenAws(stage.services.aws.handle, who);
    await send(runTask());
    await send(runTask());
    expect(stage.faults.counts()).toEqual({ "no-capacity": 1, "replayed-failures": 1 });
  });
});

describe("doomBuilds", () => {
  it("never-provisioned leaves a build in its phase PROVISIONING", async () => {
    const { answer, struck, stage } = await call("never-provisioned", startBuild);
    const id = /"id":"([^"]+)"/u.exec(answer.body)?.[1];
    await stage.timeline.advance(60 * 60_000);
    const ask = awsRequest("CodeBuild_20161006.BatchGetBuilds", { ids: [id] });
    const { body } = await stage.services.aws.handle(ask);
    expect(body).toContain('"currentPhase":"PROVISIONING"');
    expect(struck).toEqual(["never-provisioned"]);
  });
});

describe("disturbLedger", () => {
  it.each<readonly [FaultName, WireRequest, number, string, boolean]>([
    ["ledger-throttled", putNew, 400, "ProvisionedThroughputExceededException", false],
    ["ledger-unavailable", putNew, 500, "InternalServerError", false],
    ["ledger-answer-lost", putNew, 500, "InternalServerError", true],
  ])("%s answers an error", async (fault, request, status, text, isWritten) => {
    const { answer, struck, stage } = await call(fault, request);
    const row = stage.services.aws.dynamoDb.item("tornade", { id: { S: "job#7-1" } });
    expect([answer.status, struck, row !== undefined]).toEqual([status, [fault], isWritten]);
    expect(answer.body).toContain(text);
  });

  it("ledger-conflict is a write of somebody else, who changed nothing but the version", async () => {
    const stage = createStage(["ledger-conflict"]);
    const { aws } = stage.services;
    const send = stage.faults.betweenAws(aws.handle, who);
    expect((await send(putNew)).status).toBe(200);
    const answer = await send(putAgain);
    expect(answer.body).toContain("ConditionalCheckFailedException");
    expect(aws.dynamoDb.item("tornade", { id: { S: "job#7-1" } })).toEqual({
      id: { S: "job#7-1" },
      version: { N: "2" },
    });
    expect(stage.faults.counts()).toEqual({ "ledger-conflict": 1 });
  });
});

describe("disorderMessages", () => {
  it("message-out-of-order lets a message wait a little", async () => {
    const stage = createStage(["message-out-of-order"]);
    const { aws, account } = stage.services;
    const body = '{"version":1,"kind":"wake","itemId":"job#7-1"}';
    const request = awsRequest("AmazonSQS.SendMessage", {
      QueueUrl: account.queueUrl,
      MessageBody: body,
    });
    await stage.faults.betweenAws(aws.handle, who)(request);
    const queue = aws.sqs.findQueue(account.queueUrl);
    expect([queue.visible.size, queue.hidden.size]).toEqual([0, 1]);
    await stage.timeline.advance(1_000);
    expect(queue.visible.size).toBe(1);
    expect(stage.faults.strikes.of(7)).toMatchObject([{ fault: "message-out-of-order" }]);
  });
});

describe("poisonQueue", () => {
  const wake = '{"version":1,"kind":"wake","itemId":"job#7-1"}';

  async function send(stage: Stage, queueUrl: string): Promise<void> {
    const request = awsRequest("AmazonSQS.SendMessage", { QueueUrl: queueUrl, MessageBody: wake });
    await stage.faults.betweenAws(stage.services.aws.handle, who)(request);
  }

  it("message-poisoned puts what nobody can read in front of a job's message", async () => {
    const stage = createStage(["message-poisoned"]);
    const { aws, account } = stage.services;
    for (let sent = 0; sent < 3; sent += 1) await send(stage, account.queueUrl);
    const bodies = [...aws.sqs.findQueue(account.queueUrl).visible.values()].map(
      ({ body }) => body,
    );
    const poisons = bodies.filter((body) => body !== wake);
    expect(bodies).toEqual(poisons.flatMap((poison) => [poison, wake]));
    expect(poisons.map((poison) => readPoisonMark(poison))).toEqual([1, 2, 3]);
    for (const poison of poisons) expect(() => decodeEnvelope(poison)).toThrow("not an envelope");
    expect(stage.faults.strikes.of(7)).toMatchObject(
      poisons.map(() => ({ fault: "message-poisoned" })),
    );
  });

  it("message-poisoned leaves the dead-letter queue alone", async () => {
    const stage = createStage(["message-poisoned"]);
    const { aws, account } = stage.services;
    await send(stage, account.deadLetterQueueUrl);
    expect(aws.sqs.findQueue(account.deadLetterQueueUrl).visible.size).toBe(1);
    expect(stage.faults.counts()).toEqual({});
  });
});

describe("betweenGitHub", () => {
  const registration: WireRequest = {
    method: "POST",
    path: "/orgs/acme/actions/runners/generate-jitconfig",
    headers: { authorization: "token ghs_x" },
    body: '{"name":"tornade-7-1-1"}',
  };
  const tokenRequest: WireRequest = {
    method: "POST",
    path: "/app/installations/1/access_tokens",
    headers: { authorization: "bearer a.b.c" },
    body: "",
  };

  it.each<readonly [FaultName, WireRequest, number, number]>([
    ["github-unavailable", registration, 502, 0],
    ["github-answer-lost", registration, 502, 1],
    ["jwt-refused", tokenRequest, 401, 0],
    ["jwt-refused", registration, 201, 1],
    ["token-refused", registration, 401, 0],
    ["token-refused", tokenRequest, 201, 1],
    ["github-limited", registration, 403, 0],
    ["github-limited-silently", registration, 403, 0],
    ["name-taken", registration, 201, 2],
  ])("%s: %o is answered with %i after %i calls", async (fault, request, status, calls) => {
    const stage = createStage([fault]);
    const reached: WireRequest[] = [];
    const next = async (one: WireRequest): Promise<WireResponse> => {
      reached.push(one);
      return { status: 201, headers: {}, body: "{}" };
    };
    const answer = await stage.faults.betweenGitHub(next, who)(request);
    expect([answer.status, reached.length]).toEqual([status, calls]);
  });

  it("tells when to come back, unless it is silent", async () => {
    const next = async (): Promise<WireResponse> => ({ status: 201, headers: {}, body: "{}" });
    const ask = async (fault: FaultName) =>
      (await createStage([fault]).faults.betweenGitHub(next, who)(registration)).headers;
    expect(await ask("github-limited")).toMatchObject({ "retry-after": "5" });
    expect(await ask("github-limited-silently")).not.toHaveProperty("retry-after");
  });

  it("app-reinstalled gives the owner another installation", async () => {
    const stage = createStage(["app-reinstalled"]);
    const { gitHub } = stage.services;
    const before = gitHub.repositories()[0]?.owner.installationId;
    const next = async (): Promise<WireResponse> => ({ status: 201, headers: {}, body: "{}" });
    await stage.faults.betweenGitHub(next, who)(registration);
    const [repository, ...others] = gitHub.repositories();
    expect(others).toEqual([]);
    expect(repository?.owner.installationId).not.toBe(before);
    expect(repository?.owner.installationId).toBeGreaterThan(0);
  });
});
