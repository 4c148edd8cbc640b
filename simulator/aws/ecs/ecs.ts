import type { StartProgram } from "../../machine.ts";
import type { AwsJsonService } from "../aws-json.ts";
import type { Events } from "../events.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import { allCapacityProviders, createClusters, type CapacityProvider } from "./clusters.ts";
import { blankMember } from "./ecs-errors.ts";
import { createRunTask, type LaunchConditions } from "./run-task.ts";
import type { Task } from "./task.ts";
import { createTaskDefinitions, type TaskDefinitionOptions } from "./task-definitions.ts";
import { defaultEcsLatency, type EcsLatency } from "./ecs-latency.ts";
import { createTaskLife } from "./task-life.ts";
import { createTaskOperations } from "./task-operations.ts";
import { createTaskRegistry, type TaskRegistry } from "./task-registry.ts";

/** Simulated ECS with Fargate and Fargate Spot. */
export type Ecs = {
  readonly service: AwsJsonService;
  /** A cluster with both Fargate capacity providers; gives its ARN. */
  readonly createCluster: (name: string) => string;
  /** Gives the ARN of the new revision. */
  readonly registerTaskDefinition: (options: TaskDefinitionOptions) => string;
  /** At most so many tasks of the provider at once from now on; absent means without limit. */
  readonly setCapacity: (provider: CapacityProvider, tasks: number | undefined) => void;
  /** Whether RunTask is limited to Fargate's rates. @default true */
  readonly setThrottling: (enabled: boolean) => void;
  /** Takes the capacity of a Spot task away: SIGTERM now, SIGKILL after its stop timeout. */
  readonly interruptSpot: (
    taskArn: string,
    stopCode?: "SpotInterruption" | "TerminationNotice",
  ) => void;
  /** Lets a task that is not running yet fail, e.g. with `CannotPullContainerError: …`. */
  readonly failStart: (taskArn: string, reason: string) => void;
  /** Leaves a task that is not running yet where it is: it never pulls its image. */
  readonly stallStart: (taskArn: string) => void;
};

type EcsOptions = {
  readonly surroundings: AwsSurroundings;
  readonly events: Events;
  readonly startProgram: StartProgram;
  readonly latency?: Partial<EcsLatency> | undefined;
};

/** ECS of one account and region, without clusters and task definitions at first. */
export function createEcs(options: EcsOptions): Ecs {
  const { surroundings } = options;
  const clusters = createClusters(surroundings);
  const definitions = createTaskDefinitions(surroundings);
  const tasks = createTaskRegistry(surroundings.timeline);
  const latency = { ...defaultEcsLatency, ...options.latency };
  const life = createTaskLife({ ...options, latency });
  const isListed = ({ createdAt }: Task) =>
    createdAt + latency.listed <= surroundings.timeline.now();
  const conditions: LaunchConditions = { capacity: new Map(), throttling: true };
  return {
    service: {
      targetPrefix: "AmazonEC2ContainerServiceV20141113",
      jsonVersion: "1.1",
      missing: blankMember,
      operations: {
        ...clusters.operations,
        ...definitions.operations,
        ...createTaskOperations({ clusters, tasks, life, isListed }),
        RunTask: createRunTask({ surroundings, clusters, definitions, tasks, life, conditions }),
      },
    },
    createCluster: (name) => clusters.create(name, allCapacityProviders).arn,
    registerTaskDefinition: (definition) => definitions.register(definition).arn,
    ...createFaults(tasks, life, conditions),
  };
}

function createFaults(
  tasks: TaskRegistry,
  life: ReturnType<typeof createTaskLife>,
  conditions: LaunchConditions,
): Pick<Ecs, "setCapacity" | "setThrottling" | "interruptSpot" | "failStart" | "stallStart"> {
  return {
    setCapacity: (provider, count) => {
      if (count === undefined) conditions.capacity.delete(provider);
      else conditions.capacity.set(provider, count);
    },
    setThrottling: (enabled) => {
      conditions.throttling = enabled;
    },
    interruptSpot: (taskArn, code = "SpotInterruption") => {
      const task = findTask(tasks, taskArn);
      if (task.provider !== "FARGATE_SPOT") throw new Error(`${taskArn} is not a Spot task`);
      life.stop(task, { code, reason: "Your Spot Task was interrupted." });
    },
    failStart: (taskArn, reason) => {
      life.failStart(findTask(tasks, taskArn), reason);
    },
    stallStart: (taskArn) => {
      life.stallStart(findTask(tasks, taskArn));
    },
  };
}

function findTask(tasks: TaskRegistry, taskArn: string): Task {
  const task = tasks.findByArn(taskArn);
  if (task) return task;
  throw new Error(`there is no task ${taskArn}`);
}
