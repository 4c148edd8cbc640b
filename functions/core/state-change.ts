import {
  type JsonObject,
  readArray,
  readObject,
  readOptional,
  readText,
  readTimestamp,
} from "./read-json.ts";

/** The end of a task or build, as its state change tells. */
export type RunnerEnd = {
  readonly runnerName: string;
  readonly computeId: string;
  readonly at: number;
  readonly reason: string;
  /** Whether the capacity was taken back (Fargate Spot). */
  readonly interrupted: boolean;
};

/**
 * What travels of a state change to follow-runner: where each field comes from in the raw event. The
 * raw events carry the environment and with it the JIT config, so no more than this may leave the rule;
 * of a build's variables only the first one, which is the runner's name.
 */
export const stateChangeFields = {
  "ECS Task State Change": {
    taskArn: "$.detail.taskArn",
    lastStatus: "$.detail.lastStatus",
    startedBy: "$.detail.startedBy",
    stopCode: "$.detail.stopCode",
    stoppedReason: "$.detail.stoppedReason",
  },
  "CodeBuild Build State Change": {
    "build-id": "$.detail.build-id",
    "build-status": "$.detail.build-status",
    "runner-name": "$.detail.additional-information.environment.environment-variables[0].value",
  },
} as const;

/** Which state changes travel, in the words of EventBridge's patterns: those that tell of an end. */
export const stateChangePatterns = {
  "ECS Task State Change": { lastStatus: ["STOPPED"] },
  "CodeBuild Build State Change": { "build-status": [{ "anything-but": ["IN_PROGRESS"] }] },
} as const;

/**
 * The end of a runner that a state change tells; undefined for every other change. Reads the reduced
 * event and the raw one alike.
 * @throws {Error} when it is neither
 */
export function readRunnerEnd(value: unknown, now: number): RunnerEnd | undefined {
  const event = readObject(value, "event");
  const detail = readObject(event["detail"], "detail");
  const type = readText(event["detail-type"], "detail-type");
  const at = readTimestamp(readWord(event["time"])) ?? now;
  if (type === "ECS Task State Change") return readTaskEnd(detail, at);
  if (type === "CodeBuild Build State Change") return readBuildEnd(detail, at);
  throw new Error(
    `detail-type should be one of ${Object.keys(stateChangeFields).join(", ")}, got '${type}'`,
  );
}

function readTaskEnd(detail: JsonObject, at: number): RunnerEnd | undefined {
  if (detail["lastStatus"] !== "STOPPED") return undefined;
  const stopCode = readWord(detail["stopCode"]);
  const stoppedReason = readWord(detail["stoppedReason"]);
  return {
    runnerName: readWord(detail["startedBy"]),
    computeId: readText(detail["taskArn"], "detail.taskArn"),
    at,
    reason: [stopCode, stoppedReason].filter((word) => word !== "").join(": "),
    interrupted:
      stopCode === "SpotInterruption" ||
      stopCode === "TerminationNotice" ||
      /spot task was interrupted/iu.test(stoppedReason),
  };
}

/** Whether a runner that ended for this reason was never up: it waited for no job. */
export function neverCameUp(reason: string): boolean {
  return reason.startsWith("TaskFailedToStart") || /^build ended as FA(?:ILED|ULT)$/u.test(reason);
}

function readBuildEnd(detail: JsonObject, at: number): RunnerEnd | undefined {
  const status = readText(detail["build-status"], "detail.build-status");
  if (status === "IN_PROGRESS") return undefined;
  const id = readText(detail["build-id"], "detail.build-id");
  return {
    runnerName: readWord(detail["runner-name"]) || readVariable(detail),
    // The event has the ARN, `…:build/project:uuid`; StopBuild and StartBuild speak of `project:uuid`.
    computeId: id.slice(id.lastIndexOf("/") + 1),
    at,
    reason: `build ended as ${status}`,
    interrupted: false,
  };
}

function readVariable(detail: JsonObject): string {
  const more = readOptional(detail["additional-information"], (it) =>
    readObject(it, "information"),
  );
  const environment = readOptional(more?.["environment"], (it) => readObject(it, "environment"));
  const variables = readOptional(environment?.["environment-variables"], (it) =>
    readArray(it, "environment-variables"),
  );
  const named = variables?.map((it) => readObject(it, "variable"));
  return readWord(named?.find(({ name }) => name === "RUNNER_NAME")?.["value"]);
}

function readWord(value: unknown): string {
  return typeof value === "string" ? value : "";
}
