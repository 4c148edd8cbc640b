import type { Operation } from "../aws-json.ts";
import { asBoolean, asInteger, asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { arnOf, type AwsSurroundings } from "../surroundings.ts";
import { clientException } from "./ecs-errors.ts";
import { checkFargateSize } from "./fargate-sizes.ts";
import { readNameValues, type NameValue } from "./name-value.ts";

/** What a task definition says about the one container its tasks have here. */
export type TaskDefinition = {
  readonly family: string;
  readonly revision: number;
  readonly arn: string;
  readonly architecture: "X86_64" | "ARM64";
  readonly containerName: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory: string;
  readonly environment: readonly NameValue[];
  /** Between SIGTERM and SIGKILL. */
  readonly stopTimeoutSeconds: number;
};

/** A registration in code. */
export type TaskDefinitionOptions = Pick<TaskDefinition, "family" | "containerName"> & {
  /** @default X86_64 */
  readonly architecture?: TaskDefinition["architecture"];
  /** @default "1024" */
  readonly cpu?: string;
  /** @default "2048" */
  readonly memory?: string;
  readonly image?: string;
  readonly environment?: readonly NameValue[];
  /** @default 120, Fargate's longest; a registration over the wire gets ECS's own default of 30 */
  readonly stopTimeoutSeconds?: number;
};

/** The task definitions of the account. */
export type TaskDefinitions = {
  /** Registers the next revision of the family. @throws {AwsError} for a size Fargate does not have */
  readonly register: (options: TaskDefinitionOptions) => TaskDefinition;
  /** By family (its latest revision), family:revision or ARN. @throws {AwsError} */
  readonly find: (reference: string) => TaskDefinition;
  readonly operations: Readonly<Record<string, Operation>>;
};

const longestStopTimeout = 120;
const defaultStopTimeout = 30;

/** An account without task definitions. */
export function createTaskDefinitions(surroundings: AwsSurroundings): TaskDefinitions {
  const revisions = new Map<string, readonly TaskDefinition[]>();
  const register: TaskDefinitions["register"] = (options) => {
    const earlier = revisions.get(options.family) ?? [];
    const definition = toTaskDefinition(surroundings, options, earlier.length + 1);
    checkFargateSize(definition.cpu, definition.memory);
    revisions.set(options.family, [...earlier, definition]);
    return definition;
  };
  const find: TaskDefinitions["find"] = (reference) => {
    const [family = "", revision] = (reference.split("/").at(-1) ?? "").split(":");
    const registered = revisions.get(family) ?? [];
    const found = revision === undefined ? registered.at(-1) : registered[Number(revision) - 1];
    if (found) return found;
    throw clientException("TaskDefinition not found.");
  };
  return {
    register,
    find,
    operations: {
      RegisterTaskDefinition: (input) => ({ taskDefinition: toWire(register(readOptions(input))) }),
      DescribeTaskDefinition: (input) => {
        const found = find(input.required("taskDefinition", asText));
        return { taskDefinition: toWire(found), tags: [] };
      },
    },
  };
}

function toTaskDefinition(
  surroundings: AwsSurroundings,
  options: TaskDefinitionOptions,
  revision: number,
): TaskDefinition {
  return {
    architecture: "X86_64",
    cpu: "1024",
    memory: "2048",
    image: `${options.family}:latest`,
    environment: [],
    stopTimeoutSeconds: longestStopTimeout,
    ...options,
    revision,
    arn: arnOf(surroundings, "ecs", `task-definition/${options.family}:${revision}`),
  };
}

function readOptions(input: JsonReader): TaskDefinitionOptions {
  const containers = input.required("containerDefinitions", listOf(asObject));
  const [container] = containers;
  if (!container || containers.length > 1) {
    throw clientException("This simulator runs exactly one container in a task.");
  }
  if (container.optional("privileged", asBoolean)) {
    throw clientException(
      "Tasks using the Fargate launch type do not support privileged containers.",
    );
  }
  const platform = input.optional("runtimePlatform", asObject);
  const architecture = platform?.optional("cpuArchitecture", asText);
  const stopTimeout = container.optional("stopTimeout", asInteger) ?? defaultStopTimeout;
  if (stopTimeout > longestStopTimeout) {
    throw clientException(`Stop timeout must be at most ${longestStopTimeout} seconds on Fargate.`);
  }
  return {
    family: input.required("family", asText),
    containerName: container.required("name", asText),
    image: container.required("image", asText),
    architecture: architecture === "ARM64" ? "ARM64" : "X86_64",
    cpu: input.required("cpu", asText),
    memory: input.required("memory", asText),
    environment: readNameValues(container, "environment"),
    stopTimeoutSeconds: stopTimeout,
  };
}

function toWire(definition: TaskDefinition): unknown {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: "ACTIVE",
    networkMode: "awsvpc",
    compatibilities: ["EC2", "FARGATE"],
    requiresCompatibilities: ["FARGATE"],
    cpu: definition.cpu,
    memory: definition.memory,
    runtimePlatform: { cpuArchitecture: definition.architecture, operatingSystemFamily: "LINUX" },
    containerDefinitions: [
      {
        name: definition.containerName,
        image: definition.image,
        essential: true,
        environment: definition.environment,
        stopTimeout: definition.stopTimeoutSeconds,
      },
    ],
  };
}
