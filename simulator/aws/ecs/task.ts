import { randomHex, type AwsSurroundings } from "../surroundings.ts";
import { toTaskArn, type CapacityProvider } from "./clusters.ts";
import type { RunTaskRequest } from "./run-task-request.ts";

/** Why a task stopped, in ECS's words. */
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "SpotInterruption"
  | "TerminationNotice";

/** What changes over a task's life. */
export type TaskProgress = {
  lastStatus: "PROVISIONING" | "PENDING" | "RUNNING" | "DEPROVISIONING" | "STOPPED";
  desiredStatus: "RUNNING" | "STOPPED";
  pullStartedAt?: number;
  pullStoppedAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: StopCode;
  stoppedReason?: string;
  exitCode?: number;
  containerReason?: string;
};

/** One Fargate task. */
export type Task = TaskProgress & {
  readonly arn: string;
  readonly id: string;
  readonly request: RunTaskRequest;
  readonly provider: CapacityProvider;
  readonly subnet: string;
  readonly createdAt: number;
  /** Grows with every change that ECS announces. */
  version: number;
};

/** A task that has just been accepted. */
export function createTask(
  surroundings: AwsSurroundings,
  request: RunTaskRequest,
  provider: CapacityProvider,
): Task {
  const id = randomHex(surroundings.random, 32);
  const subnets = request.network?.subnets ?? [];
  return {
    id,
    arn: toTaskArn(request.cluster, id),
    request,
    provider,
    subnet: subnets[Math.floor(surroundings.random() * subnets.length)] ?? "",
    createdAt: surroundings.timeline.now(),
    version: 1,
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
  };
}

/** The environment its container runs with: the task definition's, overridden by name. */
export function environmentOf(task: Task): Readonly<Record<string, string>> {
  const { definition, overrides } = task.request;
  const overriding = overrides.containers.flatMap(({ environment }) => environment);
  return Object.fromEntries(
    [...definition.environment, ...overriding].map(({ name, value }) => [name, value]),
  );
}
