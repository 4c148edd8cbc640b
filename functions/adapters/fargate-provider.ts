import {
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
  StopTaskCommand,
  type TaskOverride,
} from "@aws-sdk/client-ecs";

import { toFargateSize } from "../core/fargate-size.ts";
import { type RepositoryRoles, roleOf } from "../core/repository-roles.ts";
import type {
  LaunchFailure,
  LaunchOutcome,
  LaunchRequest,
  RunnerProvider,
} from "../core/runner-provider.ts";
import { createAwsClient } from "./aws-client.ts";
import type { ImageTable } from "./image-table.ts";
import { isNotFound, sortFailure, toLaunchFailure } from "./provider-failure.ts";
import { toRunnerVariables, tooLong } from "./runner-variables.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where runners on Fargate run. */
export type FargateOptions = {
  readonly cluster: string;
  readonly containerName: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: "ENABLED" | "DISABLED";
  readonly images: ImageTable;
  /** Role of the runner by repository (`owner/name`); a repository that is not listed has none. */
  readonly roles: RepositoryRoles;
};

/** Most characters of RunTask's `overrides` as JSON. */
const mostOverrides = 8_192;

/** Starts runners as ECS tasks; `FARGATE` and `FARGATE_SPOT` are capacity providers of one cluster. */
export function createFargateProvider(
  surroundings: Surroundings,
  options: FargateOptions,
): RunnerProvider {
  const client = createAwsClient(ECSClient, surroundings);
  const { cluster } = options;
  return {
    launch: async (request) => {
      const input = toRunTaskInput(request, options);
      if ("kind" in input) return input;
      try {
        return toOutcome(await client.send(new RunTaskCommand(input)));
      } catch (error) {
        return toLaunchFailure(error);
      }
    },
    find: async ({ name }) => {
      const command = new ListTasksCommand({ cluster, startedBy: name });
      const { taskArns: [computeId] = [] } = await client.send(command);
      return computeId === undefined ? undefined : { computeId };
    },
    stop: async (computeId, reason) => {
      try {
        await client.send(new StopTaskCommand({ cluster, task: computeId, reason }));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

function toRunTaskInput(
  request: LaunchRequest,
  options: FargateOptions,
): RunTaskCommandInput | LaunchFailure {
  const { image, architecture } = request.spec;
  const taskDefinition = options.images.get(image.toLowerCase())?.[architecture]?.taskDefinition;
  if (taskDefinition === undefined) {
    const message = `image '${image}' has no task definition for ${architecture}; add one to the image table`;
    return { kind: "denied", message };
  }
  const overrides = toOverrides(request, options);
  if ("kind" in overrides) return overrides;
  const { subnets, securityGroups, assignPublicIp } = options;
  return {
    cluster: options.cluster,
    taskDefinition,
    count: 1,
    capacityProviderStrategy: [{ capacityProvider: request.provider, weight: 1 }],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        securityGroups: [...securityGroups],
        assignPublicIp,
      },
    },
    overrides,
    startedBy: request.runnerName,
    // Serves only an identical request sent again at once; the next launch has another name.
    clientToken: request.runnerName,
    tags: toTags(request.tags),
  };
}

function toOverrides(
  request: LaunchRequest,
  options: FargateOptions,
): TaskOverride | LaunchFailure {
  const size = toFargateSize(request.spec);
  if (size === undefined) return { kind: "invalid", message: "no Fargate size is large enough" };
  const variables = toRunnerVariables(request);
  const taskRoleArn = roleOf({ fullName: request.repository }, options.roles);
  const { cpu, memory, ephemeralStorage } = size;
  const overrides = {
    cpu: String(cpu),
    memory: String(memory),
    ...(ephemeralStorage === undefined
      ? {}
      : { ephemeralStorage: { sizeInGiB: ephemeralStorage } }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    containerOverrides: [{ name: options.containerName, environment: [...variables] }],
  };
  const { length } = JSON.stringify(overrides);
  return length > mostOverrides
    ? tooLong(`the overrides have ${length} characters`, mostOverrides)
    : overrides;
}

function toOutcome({ tasks = [], failures = [] }: RunTaskCommandOutput): LaunchOutcome {
  const computeId = tasks[0]?.taskArn;
  if (computeId !== undefined) return { kind: "started", computeId };
  const [failure] = failures;
  if (failure === undefined)
    return { kind: "unknown", message: "RunTask returned neither task nor failure" };
  const { reason = "no reason", detail = "" } = failure;
  return sortFailure({ channel: "failures", name: reason, message: detail });
}

// ECS takes letters, digits, spaces and `_.:/=+-@`, and no `aws:` in front, in any case; matrix jobs have
// names like `test (18, linux)`. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html
function toTags(tags: LaunchRequest["tags"]): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({
    key,
    // Cut first: what is left of a character that is cut in two is none.
    value: value.slice(0, 256).replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]|(?<=^[Aa][Ww][Ss]):/gu, "_"),
  }));
}
