import {
  BatchGetBuildsCommand,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
  type StartBuildCommandInput,
} from "@aws-sdk/client-codebuild";
import { describe, expect, it } from "vitest";
import type { ProjectOptions } from "../../../simulator/aws/codebuild/projects.ts";
import { createSimulatedAws, rejection, START } from "../../support/simulated-aws.ts";

function setUp(project: Partial<ProjectOptions> = {}) {
  const simulated = createSimulatedAws();
  const { aws, codeBuild } = simulated;
  aws.codeBuild.createProject({ name: "runner", ...project });
  const start = async (input: Partial<StartBuildCommandInput> = {}) => {
    const command = new StartBuildCommand({ projectName: "runner", ...input });
    const { build } = await codeBuild.send(command);
    return build?.id ?? "";
  };
  const get = async (id: string) => {
    const { builds } = await codeBuild.send(new BatchGetBuildsCommand({ ids: [id] }));
    return builds?.[0];
  };
  return { ...simulated, start, get };
}

function variables(values: Record<string, string>) {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

describe("StartBuild", () => {
  it("starts a build whose program gets the environment", async () => {
    const { start, get, machines, timeline } = setUp();
    const id = await start({
      environmentTypeOverride: "ARM_CONTAINER",
      computeTypeOverride: "BUILD_GENERAL1_LARGE",
      imageOverride: "example/runner",
      privilegedModeOverride: true,
      timeoutInMinutesOverride: 30,
      environmentVariablesOverride: variables({ JIT: "secret" }),
    });
    expect(await get(id)).toMatchObject({
      buildStatus: "IN_PROGRESS",
      currentPhase: "SUBMITTED",
      buildComplete: false,
      timeoutInMinutes: 30,
      environment: {
        type: "ARM_CONTAINER",
        computeType: "BUILD_GENERAL1_LARGE",
        image: "example/runner",
        privilegedMode: true,
      },
      startTime: new Date(START),
    });
    await timeline.advance(4500);
    expect(await get(id)).toMatchObject({ currentPhase: "BUILD" });
    expect(machines).toMatchObject([{ id, environment: { JIT: "secret" } }]);
  });

  const cases: readonly (readonly [string, Partial<StartBuildCommandInput>, RegExp])[] = [
    [
      "a value above 4,096 characters",
      { environmentVariablesOverride: variables({ JIT: "x".repeat(4097) }) },
      /^EnvironmentVariable should be at most 4096 characters$/u,
    ],
    [
      "a reserved name",
      { environmentVariablesOverride: variables({ CODEBUILD_X: "1" }) },
      /reserved/u,
    ],
    ["4 minutes", { timeoutInMinutesOverride: 4 }, /between 5 and 2160/u],
    ["2161 minutes", { timeoutInMinutesOverride: 2161 }, /between 5 and 2160/u],
    ["481 queued minutes", { queuedTimeoutInMinutesOverride: 481 }, /between 5 and 480/u],
    [
      "a size of another type",
      { computeTypeOverride: "BUILD_LAMBDA_1GB" },
      /BUILD_LAMBDA_1GB is not supported for environment type LINUX_CONTAINER/u,
    ],
    [
      "Docker on Lambda",
      {
        environmentTypeOverride: "ARM_LAMBDA_CONTAINER",
        computeTypeOverride: "BUILD_LAMBDA_1GB",
        privilegedModeOverride: true,
      },
      /Privileged mode is not supported/u,
    ],
  ];

  it.each(cases)("refuses %s", async (_case, input, message) => {
    const error = await rejection(setUp().start(input));
    expect(error).toMatchObject({ name: "InvalidInputException" });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });

  it("refuses an unknown project", async () => {
    const error = await rejection(setUp().start({ projectName: "none" }));
    expect(error).toMatchObject({
      name: "ResourceNotFoundException",
      message: "Project cannot be found: arn:aws:codebuild:eu-west-1:123456789012:project/none",
    });
  });

  it("takes 4,096 characters and fails in PROVISIONING above 5,500 all together", async () => {
    const { start, get, machines, timeline } = setUp();
    const id = await start({
      environmentVariablesOverride: variables({ A: "x".repeat(4096), B: "x".repeat(1404) }),
    });
    await timeline.advance(10_000);
    const build = await get(id);
    expect(build).toMatchObject({ buildStatus: "FAILED", currentPhase: "COMPLETED" });
    expect(build?.phases).toContainEqual(
      expect.objectContaining({
        phaseType: "PROVISIONING",
        phaseStatus: "FAILED",
        contexts: [{ statusCode: "", message: "CodeBuild is experiencing an issue" }],
      }),
    );
    expect(machines).toEqual([]);
  });

  it("knows an idempotency token for five minutes", async () => {
    const { start, timeline } = setUp();
    const idempotencyToken = "t";
    const first = await start({ idempotencyToken });
    expect(await start({ idempotencyToken })).toBe(first);
    const changed = start({ idempotencyToken, timeoutInMinutesOverride: 5 });
    const error = await rejection(changed);
    expect(error).toMatchObject({ name: "InvalidInputException" });
    expect(error).toHaveProperty("message", expect.stringContaining("mismatch"));
    await timeline.advance(300_000);
    expect(await start({ idempotencyToken })).not.toBe(first);
  });

  it("queues five times its concurrency and refuses more", async () => {
    const { aws, start, get, machines, timeline } = setUp();
    aws.codeBuild.setConcurrency(1);
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) ids.push(await start());
    expect(await rejection(start())).toMatchObject({ name: "AccountLimitExceededException" });
    await timeline.advance(10_000);
    expect(machines).toHaveLength(1);
    expect(await get(ids[1] ?? "")).toMatchObject({ currentPhase: "QUEUED" });
    machines[0]?.exit(0);
    await timeline.advance(10_000);
    expect(machines).toHaveLength(2);
  });

  it("refuses instead of queueing beyond the project's own limit", async () => {
    const { start } = setUp({ concurrentBuildLimit: 1 });
    await start();
    expect(await rejection(start())).toMatchObject({ name: "AccountLimitExceededException" });
  });
});

describe("a build's life", () => {
  it.each([
    [0, "SUCCEEDED"],
    [1, "FAILED"],
  ])("ends after exit code %d with %s", async (exitCode, buildStatus) => {
    const { start, get, machines, timeline } = setUp();
    const id = await start();
    await timeline.advance(10_000);
    machines[0]?.exit(exitCode);
    await timeline.advance(1000);
    expect(await get(id)).toMatchObject({
      buildStatus,
      buildComplete: true,
      currentPhase: "COMPLETED",
      endTime: new Date(START + 11_000),
    });
  });

  it("announces its begin and its end in the documented shape", async () => {
    const { start, machines, timeline, received } = setUp({
      environmentVariables: [{ name: "FIRST", value: "1", type: "PLAINTEXT" }],
    });
    const id = await start({ environmentVariablesOverride: variables({ JIT: "x", RUNNER: "y" }) });
    await timeline.advance(10_000);
    machines[0]?.exit(0);
    await timeline.advance(1000);
    const arn = `arn:aws:codebuild:eu-west-1:123456789012:build/${id}`;
    expect(received.map(({ detail }) => detail["build-status"])).toEqual([
      "IN_PROGRESS",
      "SUCCEEDED",
    ]);
    expect(received[1]).toMatchObject({
      source: "aws.codebuild",
      "detail-type": "CodeBuild Build State Change",
      resources: [arn],
      detail: {
        "build-id": arn,
        "project-name": "runner",
        "current-phase": "COMPLETED",
        "additional-information": {
          "build-complete": true,
          "build-start-time": "Nov 21, 2026 12:00:00 PM",
          environment: {
            "environment-variables": [
              { name: "FIRST", value: "1", type: "PLAINTEXT" },
              { name: "JIT", value: "x", type: "PLAINTEXT" },
              { name: "RUNNER", value: "y", type: "PLAINTEXT" },
            ],
          },
        },
      },
    });
  });

  it("is killed when its time is over", async () => {
    const { start, get, machines, timeline } = setUp();
    const id = await start({ timeoutInMinutesOverride: 5 });
    await timeline.advance(304_500);
    expect(machines[0]?.signals).toEqual(["SIGKILL"]);
    expect(await get(id)).toMatchObject({ buildStatus: "TIMED_OUT" });
  });

  it("does not wait in the queue for ever", async () => {
    const { aws, start, get, timeline } = setUp();
    aws.codeBuild.setConcurrency(1);
    await start();
    const id = await start({ queuedTimeoutInMinutesOverride: 5 });
    await timeline.advance(301_000);
    expect(await get(id)).toMatchObject({ buildStatus: "TIMED_OUT" });
  });
});

describe("StopBuild", () => {
  it("kills the program and leaves an ended build as it is", async () => {
    const { codeBuild, start, machines, timeline } = setUp();
    const id = await start();
    await timeline.advance(10_000);
    const stop = async () => codeBuild.send(new StopBuildCommand({ id }));
    expect(await stop()).toMatchObject({ build: { buildStatus: "STOPPED" } });
    expect(machines[0]?.signals).toEqual(["SIGKILL"]);
    await timeline.advance(10_000);
    expect((await stop()).build?.endTime).toEqual(new Date(START + 10_000));
  });
});

describe("BatchGetBuilds and ListBuildsForProject", () => {
  it("list newest first and report what is not there", async () => {
    const { codeBuild, start } = setUp();
    const ids = [await start(), await start()];
    const listed = new ListBuildsForProjectCommand({ projectName: "runner" });
    expect((await codeBuild.send(listed)).ids).toEqual(ids.toReversed());
    const got = await codeBuild.send(new BatchGetBuildsCommand({ ids: [...ids, "runner:none"] }));
    expect(got.builds).toHaveLength(2);
    expect(got.buildsNotFound).toEqual(["runner:none"]);
  });

  it("lists a hundred at a time", async () => {
    const { aws, codeBuild, start } = setUp();
    aws.codeBuild.setConcurrency(30);
    for (let count = 0; count < 101; count += 1) await start();
    const list = async (nextToken?: string) =>
      codeBuild.send(new ListBuildsForProjectCommand({ projectName: "runner", nextToken }));
    const first = await list();
    expect(first.ids).toHaveLength(100);
    const second = await list(first.nextToken);
    expect(second.ids).toHaveLength(1);
    expect(second.nextToken).toBeUndefined();
  });
});
