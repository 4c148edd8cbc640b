import type { Operation } from "../aws-json.ts";
import { asInteger, asText, listOf, type JsonReader } from "../json-reader.ts";
import { toTaskArn, type Clusters } from "./clusters.ts";
import { invalidParameter } from "./ecs-errors.ts";
import type { Task } from "./task.ts";
import type { TaskLife } from "./task-life.ts";
import type { TaskRegistry } from "./task-registry.ts";
import { toWireTask } from "./task-shape.ts";

type TaskOperationsOptions = {
  readonly clusters: Clusters;
  readonly tasks: TaskRegistry;
  readonly life: TaskLife;
  /** Whether ListTasks shows the task yet: it lags behind RunTask. */
  readonly isListed: (task: Task) => boolean;
};

const mostTasks = 100;
const longestStopReason = 1024;

/** DescribeTasks, ListTasks and StopTask. */
export function createTaskOperations(
  options: TaskOperationsOptions,
): Readonly<Record<string, Operation>> {
  return {
    DescribeTasks: (input) => describeTasks(options, input),
    ListTasks: (input) => listTasks(options, input),
    StopTask: (input) => stopTask(options, input),
  };
}

function describeTasks(options: TaskOperationsOptions, input: JsonReader): unknown {
  const cluster = options.clusters.find(input.optional("cluster", asText));
  const wanted = input.required("tasks", listOf(asText));
  if (wanted.length === 0) throw invalidParameter("Tasks cannot be empty.");
  if (wanted.length > mostTasks)
    throw invalidParameter(`Tasks can have at most ${mostTasks} items.`);
  const withTags = input.optional("include", listOf(asText))?.includes("TAGS") ?? false;
  const found = wanted.map((name) => ({ name, task: options.tasks.find(cluster, name) }));
  return {
    tasks: found.flatMap(({ task }) => (task ? [toWireTask(task, withTags)] : [])),
    failures: found.flatMap(({ name, task }) =>
      task ? [] : [{ arn: toTaskArn(cluster, name), reason: "MISSING" }],
    ),
  };
}

function listTasks(options: TaskOperationsOptions, input: JsonReader): unknown {
  const cluster = options.clusters.find(input.optional("cluster", asText));
  const isWanted = readFilter(input);
  const limit = input.optional("maxResults", asInteger) ?? mostTasks;
  if (limit < 1 || limit > mostTasks) {
    throw invalidParameter(`maxResults must be between 1 and ${mostTasks}.`);
  }
  const start = Number(input.optional("nextToken", asText) ?? 0);
  const matching = options.tasks
    .inCluster(cluster)
    .filter((task) => options.isListed(task) && isWanted(task));
  return {
    taskArns: matching.slice(start, start + limit).map(({ arn }) => arn),
    ...(matching.length > start + limit && { nextToken: String(start + limit) }),
  };
}

function readFilter(input: JsonReader): (task: Task) => boolean {
  const startedBy = input.optional("startedBy", asText);
  const family = input.optional("family", asText);
  const launchType = input.optional("launchType", asText) ?? "FARGATE";
  // PENDING is accepted and finds nothing: ECS never sets it as a desired status.
  const desiredStatus = input.optional("desiredStatus", asText) ?? "RUNNING";
  if (!["RUNNING", "PENDING", "STOPPED"].includes(desiredStatus)) {
    throw invalidParameter("desiredStatus must be one of RUNNING, PENDING, STOPPED.");
  }
  if (startedBy !== undefined && family !== undefined) {
    throw invalidParameter("startedBy must be the only filter; it cannot be used with family.");
  }
  return (task) =>
    task.desiredStatus === desiredStatus &&
    launchType === "FARGATE" &&
    (startedBy === undefined || task.request.startedBy === startedBy) &&
    (family === undefined || task.request.definition.family === family);
}

function stopTask(options: TaskOperationsOptions, input: JsonReader): unknown {
  const cluster = options.clusters.find(input.optional("cluster", asText));
  const task = options.tasks.find(cluster, input.required("task", asText));
  if (!task) throw invalidParameter("The referenced task was not found.");
  const reason = input.optional("reason", asText) ?? "Task stopped by user";
  if (reason.length > longestStopReason) {
    throw invalidParameter(`reason can have at most ${longestStopReason} characters.`);
  }
  options.life.stop(task, { code: "UserInitiated", reason });
  return { task: toWireTask(task, false) };
}
