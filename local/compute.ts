import { BatchGetBuildsCommand, CodeBuildClient } from "@aws-sdk/client-codebuild";
import { DescribeTasksCommand, ECSClient } from "@aws-sdk/client-ecs";

import { createAwsClientConfig } from "../functions/adapters/aws-client.ts";
import type { Surroundings } from "../functions/adapters/surroundings.ts";
import type { RunnerItem } from "../functions/core/ledger.ts";

/** A machine as the service that runs it describes it. */
export type ComputeDescription = {
  readonly capacityProvider?: string;
  readonly architecture: string;
  /** E.g. `1 vCPU 2 GiB`, or CodeBuild's name of the size. */
  readonly size: string;
};

/** Describes the machine of a runner; asks about each machine once. */
export function createComputeReader(
  surroundings: Surroundings,
): (runner: RunnerItem) => Promise<ComputeDescription | undefined> {
  const ecs = new ECSClient(createAwsClientConfig(surroundings));
  const codeBuild = new CodeBuildClient(createAwsClientConfig(surroundings));
  const known = new Map<string, ComputeDescription | undefined>();
  return async ({ computeId = "", provider }) => {
    const found = known.get(computeId);
    if (found !== undefined) return found;
    const compute =
      provider === "CODEBUILD"
        ? await describeBuild(codeBuild, computeId)
        : await describeTask(ecs, computeId);
    known.set(computeId, compute);
    return compute;
  };
}

async function describeTask(
  client: ECSClient,
  taskArn: string,
): Promise<ComputeDescription | undefined> {
  const cluster = taskArn.split("/").at(-2);
  const command = new DescribeTasksCommand({ cluster, tasks: [taskArn] });
  const { tasks: [task] = [] } = await client.send(command);
  if (task === undefined) return undefined;
  const { capacityProviderName, attributes = [], cpu, memory } = task;
  const architecture = attributes.find(({ name }) => name === "ecs.cpu-architecture")?.value ?? "";
  return {
    ...(capacityProviderName === undefined ? {} : { capacityProvider: capacityProviderName }),
    architecture: architecture.toUpperCase(),
    size: `${Number(cpu) / 1024} vCPU ${Number(memory) / 1024} GiB`,
  };
}

async function describeBuild(
  client: CodeBuildClient,
  id: string,
): Promise<ComputeDescription | undefined> {
  const { builds: [build] = [] } = await client.send(new BatchGetBuildsCommand({ ids: [id] }));
  if (build?.environment === undefined) return undefined;
  const { type, computeType = "" } = build.environment;
  return {
    architecture: type === "ARM_CONTAINER" ? "ARM64" : "X86_64",
    size: computeType.replace("BUILD_GENERAL1_", ""),
  };
}
