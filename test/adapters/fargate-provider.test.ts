import { describe, expect, it } from "vitest";

import { expandJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { containing } from "../support/containing.ts";
import { errorResponse } from "../support/fake-aws.ts";
import { createJitConfig, launchRequest } from "../support/launch-request.ts";
import { answerWith, createTestProviders, lastInput, role } from "../support/test-provider.ts";

/** The variables of the container in the last RunTask. */
function readEnvironment(test: ReturnType<typeof createTestProviders>) {
  const overrides = readObject(lastInput(test)["overrides"], "overrides");
  const [container] = readArray(overrides["containerOverrides"], "containerOverrides");
  const { name, environment } = readObject(container, "container");
  const variables = readArray(environment, "environment").map((value) =>
    readObject(value, "variable"),
  );
  return { name, variables };
}

describe("createFargateProvider", () => {
  it("starts one task as RunTask wants it", async () => {
    const test = createTestProviders();
    const outcome = await test.fargate.launch(launchRequest());
    expect(outcome).toEqual({
      kind: "started",
      computeId: containing(":task/tornade/"),
    });
    expect(test.requests.map(({ headers }) => headers["x-amz-target"])).toEqual([
      "AmazonEC2ContainerServiceV20141113.RunTask",
    ]);
    expect(lastInput(test)).toMatchObject({
      cluster: "tornade",
      taskDefinition: "tornade-default-x86-64",
      count: 1,
      capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ["subnet-0a", "subnet-0b"],
          securityGroups: ["sg-0a"],
          assignPublicIp: "ENABLED",
        },
      },
      startedBy: "tornade-41987654321-1-1",
      clientToken: "tornade-41987654321-1-1",
      tags: [{ key: "tornade:runner", value: "tornade-41987654321-1-1" }],
    });
    // Either would contradict the rest.
    expect(lastInput(test)).not.toHaveProperty("launchType");
    expect(lastInput(test)).not.toHaveProperty("enableExecuteCommand");
  });

  it("takes Spot capacity, and the architecture by its task definition", async () => {
    const test = createTestProviders();
    const request = launchRequest({ provider: "FARGATE_SPOT", spec: { architecture: "ARM64" } });
    expect(await test.fargate.launch(request)).toMatchObject({ kind: "started" });
    expect(lastInput(test)).toMatchObject({
      taskDefinition: "tornade-default-arm64",
      capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
    });
  });

  it.each([
    [
      { cpu: 1, memory: 2, disk: 20 },
      { cpu: "1024", memory: "2048" },
    ],
    [
      { cpu: 0.3, memory: 1.5, disk: 20 },
      { cpu: "512", memory: "2048" },
    ],
    [
      { cpu: 4, memory: 17, disk: 100.5 },
      { cpu: "4096", memory: "17408", ephemeralStorage: { sizeInGiB: 101 } },
    ],
  ])("sizes the task for %j", async (size, overrides) => {
    const test = createTestProviders();
    expect(await test.fargate.launch(launchRequest({ spec: size }))).toMatchObject({
      kind: "started",
    });
    const sent = readObject(lastInput(test)["overrides"], "overrides");
    const { containerOverrides: _containers, ...rest } = sent;
    expect(rest).toEqual(overrides);
  });

  it("hands the JIT config over in its compact form, behind the other variables", async () => {
    const test = createTestProviders();
    const request = launchRequest();
    await test.fargate.launch(request);
    const { name, variables } = readEnvironment(test);
    expect(name).toBe("runner");
    expect(variables.map((variable) => variable["name"])).toEqual([
      "RUNNER_NAME",
      "TORNADE_REPOSITORY",
      "TORNADE_JIT_CONFIG",
    ]);
    const compact = String(variables.at(-1)?.["value"]);
    expect(compact.length).toBeLessThan(request.encodedJitConfig.length * 0.6);
    expect(expandJitConfig(compact)).toBe(request.encodedJitConfig);
  });

  it.each([
    ["acme/deploy", role],
    ["Acme/Deploy", role],
    ["acme/app", undefined],
    ["acme/deploy-2", undefined],
  ])("gives the runner of %s no role but the table's", async (repository, expected) => {
    const test = createTestProviders();
    await test.fargate.launch(launchRequest({ repository }));
    const { taskRoleArn, executionRoleArn } = readObject(lastInput(test)["overrides"], "overrides");
    expect({ taskRoleArn, executionRoleArn }).toEqual({ taskRoleArn: expected });
  });

  it.each([
    ["test (18, linux)", "test _18_ linux_"],
    ["größe: 日本 a+b=c@d-e_f.g/h", "größe: 日本 a+b=c@d-e_f.g/h"],
    ["🚀 deploy!", "_ deploy_"],
    // A mark that is a letter to a pattern which ignores case.
    ["a\u0345", "a_"],
    [`${"x".repeat(255)}𠮷`, `${"x".repeat(255)}_`],
    ["x".repeat(300), "x".repeat(256)],
    ["AWS: deploy", "AWS_ deploy"],
    ["aws:aws:x", "aws_aws:x"],
    ["to aws: deploy", "to aws: deploy"],
    [`aws:${"x".repeat(300)}`, `aws_${"x".repeat(252)}`],
    ["", ""],
  ])("tags a job '%s' as ECS allows", async (name, value) => {
    const test = createTestProviders();
    const outcome = await test.fargate.launch(
      launchRequest({ tags: { "tornade:job-name": name } }),
    );
    expect(outcome).toMatchObject({ kind: "started" });
    expect(lastInput(test)["tags"]).toEqual([{ key: "tornade:job-name", value }]);
  });

  it.each([
    ["an image without a table entry", { image: "missing" }, "denied"],
    ["an image that is for CodeBuild alone", { image: "node", architecture: "ARM64" }, "denied"],
    ["a size that Fargate has not", { cpu: 72 }, "invalid"],
  ] as const)("asks for nothing for %s", async (_what, spec, kind) => {
    const test = createTestProviders();
    expect(await test.fargate.launch(launchRequest({ spec }))).toMatchObject({ kind });
    expect(test.requests).toEqual([]);
  });

  it.each([
    ["that CodeBuild would not take", createJitConfig(4_000)],
    ["in a form that nobody knows", "?".repeat(4_400)],
  ])("starts a runner with a JIT config %s", async (_what, encodedJitConfig) => {
    const test = createTestProviders();
    const outcome = await test.fargate.launch(launchRequest({ encodedJitConfig }));
    expect(outcome).toMatchObject({ kind: "started" });
  });

  it.each([
    ["a JIT config", { encodedJitConfig: createJitConfig(8_000) }, "the overrides have"],
    [
      "what else there is",
      { environment: { RUNNER_NAME: "x", TORNADE_REFUSAL: "é".repeat(8_000) } },
      "the overrides have",
    ],
  ])("asks for nothing where %s is too long", async (_what, overrides, message) => {
    const test = createTestProviders();
    const outcome = await test.fargate.launch(launchRequest(overrides));
    expect(outcome).toMatchObject({ kind: "invalid", message: containing(message) });
    expect(test.requests).toEqual([]);
  });

  it.each([
    ["a throttle", { name: "ThrottlingException", message: "Rate exceeded" }, "throttled"],
    [
      "a throttle of EC2 in another error",
      {
        name: "InvalidParameterException",
        message:
          "Error retrieving security group information for [sg-0a]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)",
      },
      "throttled",
    ],
    [
      "a vCPU quota",
      {
        name: "ClientException",
        message: "You've reached the limit on the number of vCPUs you can run concurrently",
      },
      "quota",
    ],
    ["a conflict", { name: "ConflictException", message: "conflict" }, "unknown"],
    ["a failure of ECS", { name: "ServerException", status: 500, message: "oops" }, "unknown"],
    ["a refusal", { name: "AccessDeniedException", message: "not authorized" }, "denied"],
    ["no cluster", { name: "ClusterNotFoundException", message: "Cluster not found." }, "denied"],
    [
      "overrides too long",
      {
        name: "InvalidParameterException",
        message: "Container Overrides length must be at most 8192",
      },
      "invalid",
    ],
    [
      "a size that is none",
      { name: "ClientException", message: "No Fargate configuration exists for given values." },
      "invalid",
    ],
  ])("takes %s for what it is", async (_what, error, kind) => {
    const test = createTestProviders();
    test.outside.intercept = answerWith("RunTask", error);
    expect(await test.fargate.launch(launchRequest())).toEqual({
      kind,
      message: `${error.name}: ${error.message}`,
    });
  });

  it("takes a failure in a good answer for one, and says why", async () => {
    const test = createTestProviders();
    test.aws.ecs.setCapacity("FARGATE", 0);
    expect(await test.fargate.launch(launchRequest())).toEqual({
      kind: "no-capacity",
      message:
        "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    });
  });

  it.each([
    ["no answer", new Error("socket hang up")],
    ["an answer that is too late", Object.assign(new Error("late"), { name: "TimeoutError" })],
  ])("does not know what became of a launch with %s", async (_what, failure) => {
    const test = createTestProviders();
    test.outside.intercept = async () => {
      throw failure;
    };
    const outcome = await test.fargate.launch(launchRequest());
    expect(outcome).toMatchObject({
      kind: "unknown",
      message: containing(failure.message),
    });
  });

  it.each(["", "<html>", '{"tasks":'])(
    "does not know what became of a launch that was answered with '%s'",
    async (body) => {
      const test = createTestProviders();
      test.outside.intercept = async () => ({ status: 200, headers: {}, body });
      expect(await test.fargate.launch(launchRequest())).toMatchObject({ kind: "unknown" });
    },
  );

  it("does not know what became of a launch whose repetition alone was refused", async () => {
    const test = createTestProviders();
    const answers = [
      errorResponse(500, "ServerException", "oops"),
      errorResponse(400, "ThrottlingException", "Rate exceeded"),
    ];
    test.outside.intercept = async (_call, next) => answers.shift() ?? next();
    expect(await test.fargate.launch(launchRequest())).toEqual({
      kind: "unknown",
      message: "ThrottlingException: Rate exceeded",
    });
    expect(answers).toEqual([]);
  });

  it("learns of a conflict when a name is used for two different requests", async () => {
    const test = createTestProviders();
    await test.fargate.launch(launchRequest());
    expect(await test.fargate.launch(launchRequest())).toMatchObject({ kind: "unknown" });
  });

  it("finds a task by the name of its runner until it is stopped", async () => {
    const test = createTestProviders();
    await test.fargate.launch(launchRequest());
    const found = await test.fargate.find({ name: "tornade-41987654321-1-1" });
    expect(found).toEqual({ computeId: containing(":task/tornade/") });
    expect(await test.fargate.find({ name: "tornade-41987654321-1-11" })).toBeUndefined();
    await test.fargate.stop(found?.computeId ?? "", "no job needs this runner");
    expect(lastInput(test)).toEqual({
      cluster: "tornade",
      task: found?.computeId,
      reason: "no job needs this runner",
    });
    expect(await test.fargate.find({ name: "tornade-41987654321-1-1" })).toBeUndefined();
  });

  it("takes a task that ECS has forgotten for stopped", async () => {
    const { fargate } = createTestProviders();
    await expect(
      fargate.stop("arn:aws:ecs:eu-west-1:1:task/tornade/0", "x"),
    ).resolves.toBeUndefined();
  });

  it("does not take a cluster that is not there for a task that is stopped", async () => {
    const { elsewhere } = createTestProviders();
    await expect(elsewhere.stop("arn:aws:ecs:eu-west-1:1:task/tornade/0", "x")).rejects.toThrow(
      "Cluster not found.",
    );
    await expect(elsewhere.find({ name: "x" })).rejects.toThrow("Cluster not found.");
  });
});
