import type { EventBridgeEvent } from "../aws/events.ts";
import { detailText } from "./detail-text.ts";
import { membersOf } from "./fault-answers.ts";

/** What a change of a task or a build tells about the machine of one runner. */
export type ComputeChange = {
  /** Task ARN or build id. */
  readonly id: string;
  readonly isTask: boolean;
  readonly runnerName: string;
  /** As it travelled: expanded or compact, a JIT config has one form a launch. */
  readonly jitConfig: string;
  /** Somebody of ours asked for its end. */
  readonly isStopped: boolean;
  readonly hasEnded: boolean;
};

/** Reads a raw state change; undefined when it is about neither a task nor a build with a runner. */
export function readComputeChange(event: EventBridgeEvent): ComputeChange | undefined {
  const { detail } = event;
  // One walk over the text instead of two shapes of nested lists.
  const variables = readVariables(detailText(event));
  const runnerName = variables.get("RUNNER_NAME");
  if (runnerName === undefined) return undefined;
  const common = { runnerName, jitConfig: variables.get("TORNADE_JIT_CONFIG") ?? "" };
  return event["detail-type"] === "ECS Task State Change"
    ? { ...common, ...readTask(detail) }
    : { ...common, ...readBuild(detail) };
}

type Stage = Pick<ComputeChange, "id" | "isTask" | "isStopped" | "hasEnded">;

function readTask(detail: EventBridgeEvent["detail"]): Stage {
  const { taskArn, desiredStatus, stopCode, lastStatus } = detail;
  return {
    id: String(taskArn),
    isTask: true,
    isStopped: desiredStatus === "STOPPED" && stopCode === "UserInitiated",
    // What follows is ECS putting things away: the container has stopped.
    hasEnded: lastStatus === "STOPPED" || lastStatus === "DEPROVISIONING",
  };
}

function readBuild(detail: EventBridgeEvent["detail"]): Stage {
  const status = detail["build-status"];
  return {
    id: String(detail["build-id"]),
    isTask: false,
    isStopped: status === "STOPPED",
    hasEnded: status !== "IN_PROGRESS",
  };
}

function readVariables(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/\{[^{}]*"name":"(?:RUNNER_NAME|TORNADE_JIT_CONFIG)"[^{}]*\}/gu);
  const variables = [...pairs].map(([pair]) => membersOf(pair));
  return new Map(variables.map(({ name, value }) => [String(name), String(value)]));
}
