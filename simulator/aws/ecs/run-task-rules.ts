import { clientException, invalidParameter } from "./ecs-errors.ts";
import { checkFargateSize } from "./fargate-sizes.ts";
import type { RunTaskRequest, Tag } from "./run-task-request.ts";

const mostOverridesCharacters = 8192;
const mostTags = 50;
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Checks everything ECS checks before it launches. @throws {AwsError} for the first rule broken */
export function checkRunTask(request: RunTaskRequest): void {
  checkCount(request);
  checkPlacement(request);
  checkNetwork(request);
  checkOverrides(request);
  checkTokens(request);
  checkTags(request);
}

function checkCount({ count }: RunTaskRequest): void {
  if (count >= 1 && count <= 10) return;
  throw invalidParameter(`Count must be between 1 and 10, but was ${count}.`);
}

function checkPlacement(request: RunTaskRequest): void {
  const { launchType, strategy } = request;
  if (launchType !== undefined && strategy.length > 0) {
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    );
  }
  if (strategy.length > 0) {
    checkStrategy(request);
  } else if (launchType !== "FARGATE") {
    // Without either, ECS looks for container instances, and this simulator has none.
    throw invalidParameter("No Container Instances were found in your cluster.");
  }
}

function checkStrategy({ cluster, strategy }: RunTaskRequest): void {
  if (strategy.length > 20) {
    throw invalidParameter("A capacity provider strategy can have at most 20 capacity providers.");
  }
  if (strategy.length > 1 && strategy.every(({ weight }) => weight === 0)) {
    throw invalidParameter("At least one capacity provider must have a weight greater than zero.");
  }
  if (strategy.some(({ weight, base }) => weight < 0 || weight > 1000 || base < 0)) {
    throw invalidParameter("Capacity provider weights must be between 0 and 1000.");
  }
  if (strategy.every(({ provider }) => cluster.capacityProviders.includes(provider))) return;
  throw invalidParameter(
    "The specified capacity provider strategy contains a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
  );
}

function checkNetwork({ network }: RunTaskRequest): void {
  if (!network) {
    throw invalidParameter(
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    );
  }
  if (network.subnets.length === 0) throw invalidParameter("subnets can not be empty.");
  if (network.subnets.length > 16) throw invalidParameter("subnets can have at most 16 items.");
  if (network.securityGroups.length > 5) {
    throw invalidParameter("securityGroups can have at most 5 items.");
  }
  if (network.assignPublicIp === "ENABLED" || network.assignPublicIp === "DISABLED") return;
  throw invalidParameter(
    `assignPublicIp must be ENABLED or DISABLED, not ${network.assignPublicIp}.`,
  );
}

function checkOverrides({ definition, overrides }: RunTaskRequest): void {
  if (JSON.stringify(overrides.raw).length > mostOverridesCharacters) {
    throw invalidParameter(`Container Overrides length must be at most ${mostOverridesCharacters}`);
  }
  const stranger = overrides.containers.find(({ name }) => name !== definition.containerName);
  if (stranger) {
    throw invalidParameter(
      `Override for container named ${stranger.name} is not a container in the TaskDefinition.`,
    );
  }
  checkFargateSize(overrides.cpu ?? definition.cpu, overrides.memory ?? definition.memory);
  const storage = overrides.ephemeralStorageGiB;
  if (storage === undefined || (storage >= 21 && storage <= 200)) return;
  throw clientException(
    `Invalid setting for ephemeralStorage. sizeInGiB must be between 21 and 200, but was ${storage}.`,
  );
}

function checkTokens({ startedBy, clientToken }: RunTaskRequest): void {
  if (startedBy !== undefined && !/^[\w/-]{0,128}$/u.test(startedBy)) {
    throw invalidParameter(
      "startedBy can have at most 128 characters, of letters, numbers, hyphens, forward slashes and underscores.",
    );
  }
  if (clientToken !== undefined && !/^[!-~]{1,64}$/u.test(clientToken)) {
    throw invalidParameter("clientToken can have at most 64 characters in the ASCII range 33-126.");
  }
}

function checkTags({ tags, propagateTags }: RunTaskRequest): void {
  if (propagateTags === "SERVICE") {
    throw invalidParameter("Tags can only be propagated from a service by CreateService.");
  }
  if (tags.length > mostTags) throw invalidParameter(`Tags can not exceed ${mostTags}.`);
  for (const tag of tags) checkTag(tag);
  if (new Set(tags.map(({ key }) => key)).size === tags.length) return;
  throw invalidParameter("Duplicate tag keys found. Please note that Tag keys are case-sensitive.");
}

function checkTag({ key, value }: Tag): void {
  if (key === "" || key.length > 128) {
    throw invalidParameter(`The tag key '${key}' must have 1 to 128 characters.`);
  }
  if (value.length > 256)
    throw invalidParameter(`The value of tag '${key}' exceeds 256 characters.`);
  if (/^aws:/iu.test(key)) throw invalidParameter("Tag keys must not start with 'aws:'.");
  if (/^aws:/iu.test(value)) throw invalidParameter("Tag values must not start with 'aws:'.");
  if (tagText.test(key) && tagText.test(value)) return;
  throw invalidParameter(
    `Tag '${key}' contains invalid characters; letters, spaces, numbers and _ . : / = + - @ are allowed.`,
  );
}
