import { describe, expect, it } from "vitest";

import { readRunnerEnd, stateChangeFields } from "../../functions/core/state-change.ts";

const time = "2026-01-02T03:04:05Z";
const at = Date.parse(time);
const taskArn = "arn:aws:ecs:eu-west-1:123456789012:task/runners/0123456789abcdef";
const buildArn = "arn:aws:codebuild:eu-west-1:123456789012:build/runners:8745a7a9";

function task(detail: Readonly<Record<string, unknown>>): unknown {
  return {
    "detail-type": "ECS Task State Change",
    time,
    detail: { taskArn, lastStatus: "STOPPED", startedBy: "tornade-1-1-1", ...detail },
  };
}

function build(detail: Readonly<Record<string, unknown>>): unknown {
  return {
    "detail-type": "CodeBuild Build State Change",
    time,
    detail: { "build-id": buildArn, "build-status": "SUCCEEDED", ...detail },
  };
}

function environment(value: unknown): unknown {
  return build({ "additional-information": { environment: { "environment-variables": value } } });
}

describe("readRunnerEnd", () => {
  it("reads the end of a task", () => {
    const event = task({
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
    });
    expect(readRunnerEnd(event, 0)).toEqual({
      runnerName: "tornade-1-1-1",
      computeId: taskArn,
      at,
      reason: "EssentialContainerExited: Essential container in task exited",
      interrupted: false,
    });
  });

  it.each([
    [{ stopCode: "SpotInterruption" }, true],
    [{ stopCode: "TerminationNotice" }, true],
    [{ stoppedReason: "Your Spot Task was interrupted." }, true],
    [{ stopCode: "UserInitiated", stoppedReason: "no job needs this runner" }, false],
    [{}, false],
  ])("tells whether its capacity was taken back: %j", (detail, interrupted) => {
    expect(readRunnerEnd(task(detail), 0)).toMatchObject({ interrupted });
  });

  it("does without what a task does not tell", () => {
    const event = task({ startedBy: null });
    expect(readRunnerEnd(event, 0)).toMatchObject({ runnerName: "", reason: "" });
  });

  it.each(["PROVISIONING", "RUNNING", "DEPROVISIONING"])(
    "ignores a task that is %s",
    (lastStatus) => {
      expect(readRunnerEnd(task({ lastStatus }), 0)).toBeUndefined();
    },
  );

  it("reads the end of a build, as the rule reduced it", () => {
    expect(readRunnerEnd(build({ "runner-name": "tornade-1-1-1" }), 0)).toEqual({
      runnerName: "tornade-1-1-1",
      computeId: "runners:8745a7a9",
      at,
      reason: "build ended as SUCCEEDED",
      interrupted: false,
    });
  });

  it.each([
    [
      "its variable",
      environment([{ name: "RUNNER_NAME", value: "tornade-1-1-1" }]),
      "tornade-1-1-1",
    ],
    ["other variables", environment([{ name: "A", value: "b" }]), ""],
    ["no variables", environment(undefined), ""],
    ["no environment", build({ "additional-information": {} }), ""],
    ["no information", build({}), ""],
  ])("looks for the runner's name in a raw event with %s", (_what, event, runnerName) => {
    expect(readRunnerEnd(event, 0)).toMatchObject({ runnerName });
  });

  it("ignores a build that has begun", () => {
    expect(readRunnerEnd(build({ "build-status": "IN_PROGRESS" }), 0)).toBeUndefined();
  });

  it("takes the clock's time where the event has none", () => {
    const event = {
      "detail-type": "ECS Task State Change",
      detail: { taskArn, lastStatus: "STOPPED" },
    };
    expect(readRunnerEnd(event, 77)).toMatchObject({ at: 77 });
  });

  it.each([
    [null, "event should be an object"],
    [{ "detail-type": "ECS Task State Change" }, "detail should be an object"],
    [{ "detail-type": "Scheduled Event", detail: {} }, "got 'Scheduled Event'"],
    [task({ taskArn: 5 }), "detail.taskArn should be text"],
    [build({ "build-status": null }), "detail.build-status should be text"],
    [environment("all"), "environment-variables should be an array"],
  ])("refuses %j", (event, message) => {
    expect(() => readRunnerEnd(event, 0)).toThrow(message);
  });
});

describe("stateChangeFields", () => {
  it("lets nothing of a runner's environment out of the rule but its name", () => {
    const paths = Object.values(stateChangeFields).flatMap((fields) => Object.values(fields));
    const secretive = paths.filter((path) => /environment|override|container/iu.test(path));
    expect(secretive).toEqual([stateChangeFields["CodeBuild Build State Change"]["runner-name"]]);
    expect(secretive[0]).toMatch(/environment-variables\[0\]\.value$/u);
  });
});
