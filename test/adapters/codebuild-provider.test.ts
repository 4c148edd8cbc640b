import { describe, expect, it } from "vitest";

import { expandJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { containing } from "../support/containing.ts";
import { errorResponse } from "../support/fake-aws.ts";
import { createJitConfig, launchRequest } from "../support/launch-request.ts";
import { answerWith, createTestProviders, lastInput, role } from "../support/test-provider.ts";

describe("createCodeBuildProvider", () => {
  it("starts a build as StartBuild wants it", async () => {
    const test = createTestProviders();
    const request = launchRequest();
    const outcome = await test.codeBuild.launch(request);
    expect(outcome).toEqual({ kind: "started", computeId: containing(/^tornade:/u) });
    const { environmentVariablesOverride: variables, ...input } = lastInput(test);
    expect(input).toEqual({
      projectName: "tornade",
      sourceTypeOverride: "NO_SOURCE",
      environmentTypeOverride: "LINUX_CONTAINER",
      computeTypeOverride: "BUILD_GENERAL1_SMALL",
      imageOverride: "aws/codebuild/standard:7.0",
      imagePullCredentialsTypeOverride: "CODEBUILD",
      privilegedModeOverride: true,
      timeoutInMinutesOverride: 365,
      queuedTimeoutInMinutesOverride: 480,
      idempotencyToken: "tornade-41987654321-1-1",
    });
    const sent = readArray(variables, "variables").map((value) => readObject(value, "variable"));
    // The state change of a build shows the first one.
    expect(sent.map(({ name }) => name)).toEqual([
      "RUNNER_NAME",
      "TORNADE_REPOSITORY",
      "TORNADE_JIT_CONFIG",
    ]);
    expect(new Set(sent.map(({ type }) => type))).toEqual(new Set(["PLAINTEXT"]));
    expect(expandJitConfig(String(sent.at(-1)?.["value"]))).toBe(request.encodedJitConfig);
  });

  it.each([
    [{}, "LINUX_CONTAINER SMALL aws/codebuild/standard:7.0 CODEBUILD"],
    [{ cpu: 4, memory: 12 }, "LINUX_CONTAINER LARGE aws/codebuild/standard:7.0 CODEBUILD"],
    [{ architecture: "ARM64" }, "ARM_CONTAINER SMALL 1.dkr.ecr/runner:arm64 SERVICE_ROLE"],
    [
      { architecture: "ARM64", image: "node" },
      "ARM_CONTAINER SMALL 1.dkr.ecr/node:24 SERVICE_ROLE",
    ],
  ] as const)("chooses for %j: %s", async (spec, expected) => {
    const test = createTestProviders();
    expect(await test.codeBuild.launch(launchRequest({ spec }))).toMatchObject({ kind: "started" });
    const [type, size, image, credentials] = expected.split(" ");
    expect(lastInput(test)).toMatchObject({
      environmentTypeOverride: type,
      computeTypeOverride: `BUILD_GENERAL1_${size}`,
      imageOverride: image,
      imagePullCredentialsTypeOverride: credentials,
    });
  });

  it.each([
    [5, 10],
    [7.5, 13],
    [1_440, 1_445],
    [5_000, 2_160],
  ])(
    "leaves a runner that times out after %d minutes the time to say so: %d",
    async (timeoutMinutes, sent) => {
      const test = createTestProviders();
      const outcome = await test.codeBuild.launch(launchRequest({ spec: { timeoutMinutes } }));
      expect(outcome).toMatchObject({ kind: "started" });
      expect(lastInput(test)["timeoutInMinutesOverride"]).toBe(sent);
    },
  );

  it.each([
    ["acme/deploy", role],
    ["ACME/deploy", role],
    ["acme/app", undefined],
  ])("gives the build of %s no role but the table's", async (repository, expected) => {
    const test = createTestProviders();
    await test.codeBuild.launch(launchRequest({ repository }));
    expect(lastInput(test)["serviceRoleOverride"]).toBe(expected);
  });

  it.each([
    ["an image without a table entry", { spec: { image: "missing" } }, "denied"],
    ["an image of another architecture", { spec: { image: "node" } }, "denied"],
    ["a size that CodeBuild has not", { spec: { cpu: 100 } }, "invalid"],
  ])("asks for nothing for %s", async (_what, overrides, kind) => {
    const test = createTestProviders();
    expect(await test.codeBuild.launch(launchRequest(overrides))).toMatchObject({ kind });
    expect(test.requests).toEqual([]);
  });

  it("says which variable is longer than CodeBuild takes", async () => {
    const test = createTestProviders();
    const request = launchRequest({ encodedJitConfig: createJitConfig(4_000) });
    expect(await test.codeBuild.launch(request)).toEqual({
      kind: "invalid",
      message: containing(/^TORNADE_JIT_CONFIG has \d{4} characters, at most 4096 are allowed; /u),
    });
    expect(test.requests).toEqual([]);
  });

  it("asks for no build that would fail for having too much in its environment", async () => {
    const test = createTestProviders();
    const environment = {
      RUNNER_NAME: "tornade-1-1-1",
      A: "a".repeat(3_000),
      B: "b".repeat(3_000),
    };
    expect(await test.codeBuild.launch(launchRequest({ environment }))).toEqual({
      kind: "invalid",
      message: containing(
        /^the environment has \d{4} characters, at most 5500 are allowed; use another provider/u,
      ),
    });
    expect(test.requests).toEqual([]);
  });

  it.each([
    [
      "the limit of the account",
      { name: "AccountLimitExceededException", message: "Cannot have more than 1 active builds" },
      "quota",
    ],
    ["a throttle", { name: "ThrottlingException", message: "Rate exceeded" }, "throttled"],
    [
      "a name used twice",
      { name: "InvalidInputException", message: "Parameter mismatch: idempotency token" },
      "unknown",
    ],
    ["a refusal", { name: "AccessDeniedException", message: "not authorized" }, "denied"],
    [
      "no project",
      { name: "ResourceNotFoundException", message: "Project cannot be found" },
      "denied",
    ],
    [
      "a failure of CodeBuild",
      { name: "InternalFailure", status: 500, message: "oops" },
      "unknown",
    ],
    [
      "a variable too long",
      {
        name: "InvalidInputException",
        message: "EnvironmentVariable should be at most 4096 characters",
      },
      "invalid",
    ],
  ])("takes %s for what it is", async (_what, error, kind) => {
    const test = createTestProviders();
    test.outside.intercept = answerWith("StartBuild", error);
    expect(await test.codeBuild.launch(launchRequest())).toEqual({
      kind,
      message: `${error.name}: ${error.message}`,
    });
  });

  it("does not repeat the secret that an error quotes", async () => {
    const test = createTestProviders();
    test.outside.intercept = async (_call, _next, request) => {
      const { environmentVariablesOverride: sent } = readObject(JSON.parse(request.body), "input");
      const secret = readObject(readArray(sent, "variables").at(-1), "variable")["value"];
      const message = `Value '${String(secret)}' at 'environmentVariablesOverride.3.member.value' failed`;
      return errorResponse(400, "ValidationException", message);
    };
    expect(await test.codeBuild.launch(launchRequest())).toEqual({
      kind: "denied",
      message:
        "ValidationException: Value '…' at 'environmentVariablesOverride.3.member.value' failed",
    });
  });

  it("meets the real limit of the account", async () => {
    const test = createTestProviders();
    test.aws.codeBuild.setConcurrency(0);
    expect(await test.codeBuild.launch(launchRequest())).toMatchObject({ kind: "quota" });
  });

  it.each(["{}", "", "<html>"])(
    "does not know what became of a build answered with '%s'",
    async (body) => {
      const test = createTestProviders();
      test.outside.intercept = async () => ({ status: 200, headers: {}, body });
      expect(await test.codeBuild.launch(launchRequest())).toMatchObject({ kind: "unknown" });
    },
  );

  it("finds a build by the name of its runner until it is stopped", async () => {
    const test = createTestProviders();
    expect(await test.codeBuild.find({ name: "tornade-41987654321-1-1" })).toBeUndefined();
    const started = await test.codeBuild.launch(launchRequest());
    const found = await test.codeBuild.find({ name: "tornade-41987654321-1-1" });
    expect(started).toEqual({ kind: "started", ...found });
    expect(await test.codeBuild.find({ name: "tornade-41987654321-1-11" })).toBeUndefined();
    await test.codeBuild.stop(found?.computeId ?? "", "no job needs this runner");
    expect(await test.codeBuild.find({ name: "tornade-41987654321-1-1" })).toBeUndefined();
  });

  it("finds a build that waits in the queue", async () => {
    const test = createTestProviders();
    test.aws.codeBuild.setConcurrency(1);
    await test.codeBuild.launch(launchRequest());
    await test.codeBuild.launch(
      launchRequest({ runnerName: "tornade-2-1-1", environment: { RUNNER_NAME: "tornade-2-1-1" } }),
    );
    await test.timeline.advance(5_000);
    expect(await test.codeBuild.find({ name: "tornade-2-1-1" })).toBeDefined();
  });

  it("takes a build that CodeBuild does not know for stopped, a project for an error", async () => {
    const { codeBuild, noProject } = createTestProviders();
    await expect(codeBuild.stop("tornade:0", "x")).resolves.toBeUndefined();
    await expect(noProject.find({ name: "x" })).rejects.toThrow("Project cannot be found");
  });
});
