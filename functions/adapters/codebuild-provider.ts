import {
  CodeBuildClient,
  StartBuildCommand,
  type StartBuildCommandInput,
  StopBuildCommand,
} from "@aws-sdk/client-codebuild";

import { toCodeBuildSize } from "../core/codebuild-size.ts";
import { type RepositoryRoles, roleOf } from "../core/repository-roles.ts";
import type { LaunchFailure, LaunchRequest, RunnerProvider } from "../core/runner-provider.ts";
import { createAwsClient } from "./aws-client.ts";
import { findBuild } from "./find-build.ts";
import type { ImageTable } from "./image-table.ts";
import { isNotFound, toLaunchFailure } from "./provider-failure.ts";
import { type RunnerVariables, toRunnerVariables, tooLong } from "./runner-variables.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where runners on CodeBuild run. */
export type CodeBuildOptions = {
  /** One project serves all sizes and both architectures. */
  readonly project: string;
  readonly images: ImageTable;
  /** Role of the build by repository (`owner/name`); one that is not listed has the project's. */
  readonly roles: RepositoryRoles;
};

/** Most characters of the value of one environment variable. */
const mostCharacters = 4_096;

/**
 * Most characters of all of them, beyond which a build fails while it is provisioned.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
 */
const mostInAll = 5_500;

/** Starts runners as builds, in privileged mode so that jobs can use Docker. */
export function createCodeBuildProvider(
  surroundings: Surroundings,
  options: CodeBuildOptions,
): RunnerProvider {
  const client = createAwsClient(CodeBuildClient, surroundings);
  return {
    launch: async (request) => {
      const input = toStartBuildInput(request, options);
      if ("kind" in input) return input;
      try {
        const { build } = await client.send(new StartBuildCommand(input));
        if (build?.id === undefined)
          return { kind: "unknown", message: "StartBuild returned no build" };
        return { kind: "started", computeId: build.id };
      } catch (error) {
        return toLaunchFailure(error);
      }
    },
    find: async (runner) => findBuild(client, options.project, runner),
    stop: async (computeId) => {
      try {
        await client.send(new StopBuildCommand({ id: computeId }));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

function toStartBuildInput(
  request: LaunchRequest,
  { project, images, roles }: CodeBuildOptions,
): StartBuildCommandInput | LaunchFailure {
  const { image, architecture, timeoutMinutes } = request.spec;
  const uri = images.get(image.toLowerCase())?.[architecture]?.codeBuildImage;
  if (uri === undefined) {
    const message = `image '${image}' has no CodeBuild image for ${architecture}; add one to the image table`;
    return { kind: "denied", message };
  }
  const size = toCodeBuildSize(request.spec, architecture);
  if (size === undefined) return { kind: "invalid", message: "no CodeBuild size is large enough" };
  const variables = toRunnerVariables(request);
  const excess = whyTooLong(variables);
  if (excess !== undefined) return excess;
  const role = roleOf({ fullName: request.repository }, roles);
  return {
    projectName: project,
    sourceTypeOverride: "NO_SOURCE",
    environmentTypeOverride: size.environmentType,
    computeTypeOverride: size.computeType,
    imageOverride: uri,
    imagePullCredentialsTypeOverride: uri.startsWith("aws/codebuild/")
      ? "CODEBUILD"
      : "SERVICE_ROLE",
    privilegedModeOverride: true,
    ...toTimeouts(timeoutMinutes),
    ...(role === undefined ? {} : { serviceRoleOverride: role }),
    environmentVariablesOverride: variables.map((variable) => ({ ...variable, type: "PLAINTEXT" })),
    // Serves only an identical request sent again at once; the next launch has another name.
    idempotencyToken: request.runnerName,
  };
}

function whyTooLong(variables: RunnerVariables): LaunchFailure | undefined {
  const long = variables.find(({ value }) => value.length > mostCharacters);
  const elsewhere = "use another provider with runs-on=";
  if (long !== undefined) {
    return tooLong(`${long.name} has ${long.value.length} characters`, mostCharacters, elsewhere);
  }
  const length = variables.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  if (length <= mostInAll) return undefined;
  return tooLong(`the environment has ${length} characters`, mostInAll, elsewhere);
}

/** Minutes that a build has beyond what its runner is given, to start and to fail its job at the end. */
const graceMinutes = 5;

// CodeBuild wants from five minutes to 36 hours; a build that is queued longer than eight hours fails in
// any case.
function toTimeouts(timeoutMinutes: number) {
  return {
    timeoutInMinutesOverride: Math.min(2_160, Math.ceil(timeoutMinutes) + graceMinutes),
    queuedTimeoutInMinutesOverride: 480,
  };
}
