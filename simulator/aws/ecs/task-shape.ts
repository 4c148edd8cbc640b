import { toEpochSeconds } from "../surroundings.ts";
import type { Task } from "./task.ts";

type TimeFormat = (milliseconds: number) => number | string;

/** A task as the API answers it; tags only for those who ask. */
export function toWireTask(task: Task, withTags: boolean): Readonly<Record<string, unknown>> {
  return { ...toShape(task, toEpochSeconds), tags: withTags ? task.request.tags : [] };
}

/** A task as the detail of its state-change event: the same with ISO times and without tags. */
export function toTaskEventDetail(task: Task): Readonly<Record<string, unknown>> {
  return toShape(task, (milliseconds) => new Date(milliseconds).toISOString());
}

function toShape(task: Task, format: TimeFormat): Readonly<Record<string, unknown>> {
  const { request } = task;
  const { definition, overrides } = request;
  return {
    taskArn: task.arn,
    clusterArn: request.cluster.arn,
    taskDefinitionArn: definition.arn,
    group: request.group,
    startedBy: request.startedBy,
    launchType: "FARGATE",
    capacityProviderName: request.strategy.length > 0 ? task.provider : undefined,
    platformFamily: "Linux",
    platformVersion: "1.4.0",
    attributes: [{ name: "ecs.cpu-architecture", value: definition.architecture.toLowerCase() }],
    attachments: [toAttachment(task)],
    containers: [toContainer(task)],
    cpu: overrides.cpu ?? definition.cpu,
    memory: overrides.memory ?? definition.memory,
    ephemeralStorage: { sizeInGiB: overrides.ephemeralStorageGiB ?? 20 },
    enableExecuteCommand: request.enableExecuteCommand,
    healthStatus: "UNKNOWN",
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    overrides: { containerOverrides: [], ...overrides.raw },
    version: task.version,
    ...toStop(task),
    ...toTimes(task, format),
  };
}

function toStop({ stopCode, stoppedReason }: Task): Readonly<Record<string, unknown>> {
  return { stopCode, stoppedReason };
}

function toTimes(task: Task, format: TimeFormat): Readonly<Record<string, unknown>> {
  const times = {
    createdAt: task.createdAt,
    pullStartedAt: task.pullStartedAt,
    pullStoppedAt: task.pullStoppedAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    executionStoppedAt: task.executionStoppedAt,
    stoppedAt: task.stoppedAt,
  };
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, time]) =>
      time === undefined ? [] : [[name, format(time)]],
    ),
  );
}

function toContainer(task: Task): Readonly<Record<string, unknown>> {
  const { definition } = task.request;
  return {
    containerArn: `${task.arn.replace(":task/", ":container/")}/${definition.containerName}`,
    taskArn: task.arn,
    name: definition.containerName,
    image: definition.image,
    lastStatus: containerStatus(task),
    exitCode: task.exitCode,
    reason: task.containerReason,
    networkInterfaces: [],
    healthStatus: "UNKNOWN",
    cpu: "0",
  };
}

function containerStatus(task: Task): string {
  if (task.lastStatus === "STOPPED" || task.executionStoppedAt !== undefined) return "STOPPED";
  return task.lastStatus === "RUNNING" ? "RUNNING" : "PENDING";
}

function toAttachment(task: Task): Readonly<Record<string, unknown>> {
  const attached = task.lastStatus === "PROVISIONING" ? "PRECREATED" : "ATTACHED";
  return {
    id: task.id.slice(0, 12),
    type: "ElasticNetworkInterface",
    status: task.lastStatus === "STOPPED" ? "DELETED" : attached,
    details: [{ name: "subnetId", value: task.subnet }],
  };
}
