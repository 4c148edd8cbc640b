import { describe, expect, it } from "vitest";

import { leaseDuration } from "../../functions/core/waits.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { stateChangeFields } from "../../functions/core/state-change.ts";
import { dispatchTimeout } from "../../lib/dispatcher-function.ts";
import type { EventBridgeEvent } from "../../simulator/aws/events.ts";
import { transformInput } from "../../simulator/aws/input-transformer.ts";
import { place } from "./intrinsics.ts";
import { type Synthesized, synthesize } from "./synthesize.ts";

const functions = ["receivewebhook", "launchrunner", "followrunner", "reconcile"] as const;

function findFunction(stack: Synthesized, name: (typeof functions)[number]) {
  return stack.find("AWS::Lambda::Function", new RegExp(`Dispatcher${name}`, "u"));
}

const arnOf = (service: string, id: string) =>
  `arn:aws:${service}:${place.region}:${place.account}:${id}`;

describe.each(functions)("the function %s", (name) => {
  it("runs its bundle on Node 24 and arm64, outside of any VPC, without a reserve", () => {
    const { properties } = findFunction(synthesize(), name);

    expect(properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      MemorySize: 512,
      Timeout: name === "receivewebhook" ? 10 : 15,
    });
    expect(properties).not.toHaveProperty("VpcConfig");
    expect(properties).not.toHaveProperty("ReservedConcurrentExecutions");
  });

  it("keeps its log for as long as the config says", () => {
    const stack = synthesize({ logRetentionDays: 7 });
    const log = stack.find("AWS::Logs::LogGroup", new RegExp(`Dispatcher${name}`, "u"));

    expect(log.properties).toMatchObject({ RetentionInDays: 7 });
    expect(findFunction(stack, name).properties).toMatchObject({
      LoggingConfig: { LogGroup: log.id },
    });
  });
});

describe("launch-runner", () => {
  it("alone may go on sending itself messages for longer than Lambda's sixteen hops", () => {
    const allowed = functions.filter(
      (name) => findFunction(synthesize(), name).properties["RecursiveLoop"] === "Allow",
    );
    expect(allowed).toEqual(["launchrunner"]);
    for (const { Properties } of synthesize().ofType("AWS::Lambda::Function")) {
      expect(["Allow", undefined]).toContain(Properties["RecursiveLoop"]);
    }
  });
});

describe("JobQueue", () => {
  const stack = synthesize({ maximumConcurrency: 25 });
  const queue = stack.find("AWS::SQS::Queue", /Jobs(?!DeadLetters)/u);
  const deadLetters = stack.find("AWS::SQS::Queue", /JobsDeadLetters/u);

  it("hides a message for six times as long as its consumer may take", () => {
    const { Timeout: timeout } = findFunction(stack, "launchrunner").properties;
    expect(queue.properties["VisibilityTimeout"]).toBe(6 * Number(timeout));
    expect(leaseDuration).toBe(dispatchTimeout.toMilliseconds() + 5_000);
  });

  it("sets a message aside that was received ten times, and keeps it for two weeks", () => {
    expect(queue.properties["RedrivePolicy"]).toEqual({
      deadLetterTargetArn: arnOf("sqs", deadLetters.id),
      maxReceiveCount: 10,
    });
    expect(deadLetters.properties["MessageRetentionPeriod"]).toBe(14 * 86_400);
  });

  it("is a standard queue, so that groups are tenants and messages can be delayed", () => {
    expect(queue.properties).not.toHaveProperty("FifoQueue");
  });

  it("hands over up to ten messages at once, of which each can fail by itself", () => {
    const source = stack.find("AWS::Lambda::EventSourceMapping");
    expect(source.properties).not.toHaveProperty("MaximumBatchingWindowInSeconds");
    expect(source.properties).toMatchObject({
      FunctionName: findFunction(stack, "launchrunner").id,
      EventSourceArn: arnOf("sqs", queue.id),
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 25 },
    });
  });

  it("and every other queue encrypts what it holds, and takes it over TLS only", () => {
    const policies = stack.ofType("AWS::SQS::QueuePolicy").map((policy) => JSON.stringify(policy));
    const queues = stack.ofType("AWS::SQS::Queue");
    const encrypted = queues.map(({ Properties }) => Properties["SqsManagedSseEnabled"]);
    expect(encrypted).toEqual([true, true, true]);
    expect(
      policies.filter((policy) => policy.includes('"aws:SecureTransport":"false"')),
    ).toHaveLength(3);
  });
});

describe("LedgerTable", () => {
  it("has the shape that the ledger's adapter works with", () => {
    expect(synthesize().find("AWS::DynamoDB::Table").properties).toMatchObject({
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "wakeShard", AttributeType: "S" },
        { AttributeName: "wakeAt", AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "wake",
          KeySchema: [
            { AttributeName: "wakeShard", KeyType: "HASH" },
            { AttributeName: "wakeAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it.each([true, false])("refuses to be deleted if the config says so: %s", (protection) => {
    const { properties } = synthesize({ deletionProtection: protection }).find(
      "AWS::DynamoDB::Table",
    );
    expect(properties["DeletionProtectionEnabled"]).toBe(protection);
  });
});

describe("WebhookApi", () => {
  const stack = synthesize();

  it("has one route, which the function answers", () => {
    const route = stack.find("AWS::ApiGatewayV2::Route");
    const integration = stack.find("AWS::ApiGatewayV2::Integration");

    expect(route.properties["RouteKey"]).toBe("POST /webhook");
    expect(integration.properties).toMatchObject({
      PayloadFormatVersion: "2.0",
      IntegrationUri: arnOf("lambda", `function:${findFunction(stack, "receivewebhook").id}`),
    });
  });

  it("takes no more than a burst of deliveries, and writes a line of JSON about each", () => {
    const { properties } = stack.find("AWS::ApiGatewayV2::Stage");
    expect(properties).toMatchObject({
      StageName: "$default",
      DefaultRouteSettings: { ThrottlingBurstLimit: 1_000, ThrottlingRateLimit: 500 },
    });
    const { Format: format } = readObject(properties["AccessLogSettings"], "settings");
    expect(JSON.parse(String(format))).toHaveProperty("requestId", "$context.requestId");
    expect(String(format)).not.toMatch(/header|body/iu);
  });

  it("has a name that API Gateway takes, however long the stack's is", () => {
    const { find } = synthesize({ stackName: "s".repeat(128), runnerPrefix: "ci" });
    const { Name: name } = find("AWS::ApiGatewayV2::Api").properties;
    expect(String(name).length).toBeLessThanOrEqual(128);
  });

  it("logs where API Gateway needs no policy of the account", () => {
    const log = stack.find("AWS::Logs::LogGroup", /WebhookAccessLog/u);
    const name = String(log.properties["LogGroupName"]);
    expect(name).toMatch(/^\/aws\/vendedlogs\/tornade-/u);
    // Two stacks of one name, one after the other, have not got their ids in common.
    expect(name.endsWith("-0a1b2c3d")).toBe(true);
  });
});

const environment = [
  { name: "RUNNER_NAME", type: "PLAINTEXT", value: "tornade-1-1-1" },
  { name: "TORNADE_JIT_CONFIG", type: "PLAINTEXT", value: "a secret" },
];

const base = {
  version: "0",
  id: "00000000-0000-4000-8000-000000000000",
  source: "aws",
  account: place.account,
  time: "2026-11-21T10:00:00Z",
  region: place.region,
  resources: [],
} as const;

const rawEvents = [
  {
    ...base,
    "detail-type": "ECS Task State Change",
    detail: {
      clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/x",
      taskArn: "arn:aws:ecs:eu-west-1:123456789012:task/x/0a",
      lastStatus: "STOPPED",
      startedBy: "tornade-1-1-1",
      stoppedReason: 'CannotPullContainerError: ref "x" \\ not found\n',
      overrides: { containerOverrides: [{ name: "runner", environment }] },
    },
  },
  {
    ...base,
    "detail-type": "CodeBuild Build State Change",
    detail: {
      "build-id": "arn:aws:codebuild:eu-west-1:123456789012:build/x:0a",
      "build-status": "FAILED",
      "additional-information": { environment: { "environment-variables": environment } },
    },
  },
] as const;

/** What EventBridge makes of an event: values as JSON, "" for what the event has not. */
function render(transformer: unknown, event: EventBridgeEvent): unknown {
  const { InputPathsMap: paths, InputTemplate: template } = readObject(transformer, "transformer");
  let text = String(template);
  for (const [name, path] of Object.entries(readObject(paths, "paths"))) {
    const { detail } = readObject(transformInput(event, { it: String(path) }), "it");
    text = text.replaceAll(`<${name}>`, () => JSON.stringify(readObject(detail, "detail")["it"]));
  }
  return JSON.parse(text);
}

describe("StateChanges", () => {
  const stack = synthesize();
  const targetOf = (rule: { readonly properties: Readonly<Record<string, unknown>> }) =>
    readObject(readArray(rule.properties["Targets"], "targets")[0], "target");

  it.each(rawEvents)("tells what is needed of an $detail-type, and nothing else", (event) => {
    const type = event["detail-type"];
    const rule = stack.find("AWS::Events::Rule", type.startsWith("ECS") ? /ECS/u : /sCodeBuild/u);

    const input = render(targetOf(rule)["InputTransformer"], event);

    expect(input).toEqual(transformInput(event, stateChangeFields[type]));
    expect(JSON.stringify(input)).toContain("tornade-1-1-1");
    expect(JSON.stringify(input)).not.toContain("a secret");
  });

  it("listens to its own cluster and project, and to ends only", () => {
    const cluster = arnOf("ecs", `cluster/${stack.find("AWS::ECS::Cluster").id}`);
    const project = stack.find("AWS::CodeBuild::Project", /RunnersCodeBuild/u).id;

    expect(stack.find("AWS::Events::Rule", /ECS/u).properties["EventPattern"]).toEqual({
      source: ["aws.ecs"],
      "detail-type": ["ECS Task State Change"],
      detail: { clusterArn: [cluster], lastStatus: ["STOPPED"] },
    });
    expect(stack.find("AWS::Events::Rule", /sCodeBuild/u).properties["EventPattern"]).toEqual({
      source: ["aws.codebuild"],
      "detail-type": ["CodeBuild Build State Change"],
      detail: { "project-name": [project], "build-status": [{ "anything-but": ["IN_PROGRESS"] }] },
    });
  });

  it("keeps what failed as the function got it, never the raw event", () => {
    const deadLetters = stack.find("AWS::SQS::Queue", /DeadStateChanges/u);
    const { properties } = findFunction(stack, "followrunner");

    expect(properties["DeadLetterConfig"]).toEqual({ TargetArn: arnOf("sqs", deadLetters.id) });
    for (const { Properties } of stack.ofType("AWS::Events::Rule")) {
      expect(JSON.stringify(Properties)).not.toContain("DeadLetterConfig");
    }
  });
});

describe("ReconcileSchedule", () => {
  it("calls reconcile every minute, and never twice for one minute", () => {
    const stack = synthesize();
    const { properties } = stack.find("AWS::Events::Rule", /TornadeSchedule/u);
    const { id } = findFunction(stack, "reconcile");
    const never = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };

    expect(properties).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      Targets: [{ Arn: arnOf("lambda", `function:${id}`), RetryPolicy: never }],
    });
    expect(stack.find("AWS::Lambda::EventInvokeConfig").properties).toMatchObject({
      FunctionName: id,
      ...never,
    });
  });
});
