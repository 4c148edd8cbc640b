import { Stack } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

import { acknowledge, type Reasons, wildcardFinding } from "./acknowledgements.ts";
import type { RunnerCluster } from "./runner-cluster.ts";

const registryToken: Reasons = {
  "AwsSolutions-IAM5[Resource::*]":
    "ecr:GetAuthorizationToken is of the registry as a whole; the pulls themselves name repositories",
};

const buildEncryption: Reasons = {
  "AwsSolutions-CB4": "builds have no artifacts; CodeBuild's own key encrypts what there is",
};

/** What runners run on. */
export type RunnerParts = {
  readonly network: IConstruct;
  readonly cluster: IConstruct;
  readonly build: IConstruct;
  readonly imageBuild: IConstruct | undefined;
};

/** Tells cdk-nag why what runners run on is as it is. */
export function acknowledgeRunners({ network, cluster, build, imageBuild }: RunnerParts): void {
  acknowledge(network, {
    "AwsSolutions-VPC7":
      "flow logs would cost more than they tell: nothing can connect to a runner",
  });
  acknowledge(cluster, {
    ...registryToken,
    "AwsSolutions-ECS4": "insights are billed by task; the ledger has the times of every runner",
  });
  acknowledge(build, { ...registryToken, ...buildEncryption });
  if (imageBuild === undefined) return;
  acknowledge(imageBuild, {
    ...registryToken,
    ...buildEncryption,
    "Serverless-EventBusDLQ":
      "an image that was not built is built by the next call of the schedule",
  });
}

/** Why the rights to launch runners have wildcards in them. */
export function launchReasons(cluster: RunnerCluster): Reasons {
  const families = cluster.tasks.map(({ family }): [string, string] => [
    findingOf(cluster, "task-definition", `${family}:*`),
    "RunTask takes the newest revision of a family",
  ]);
  return { ...listReasons(cluster), ...Object.fromEntries(families) };
}

/** Why the rights to look for runners have. */
export function listReasons(cluster: RunnerCluster): Reasons {
  return {
    "AwsSolutions-IAM5[Resource::*]":
      "ecs:ListTasks has no resource on Fargate; a condition binds it to the cluster",
    [findingOf(cluster, "task", `${cluster.clusterName}/*`)]:
      "tasks have random ids; these are all of the one cluster, which has only runners",
  };
}

function findingOf(cluster: RunnerCluster, resource: string, resourceName: string): string {
  const arn = Stack.of(cluster).formatArn({ service: "ecs", resource, resourceName });
  return wildcardFinding(cluster, arn);
}
