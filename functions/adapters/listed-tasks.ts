import { DescribeTasksCommand, ECSClient, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";

import type { ListedCompute } from "../core/find-stray.ts";
import type { ListComputes } from "../core/retire-strays.ts";
import { createAwsClient } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** Lists the tasks of a cluster that run, and are neither about to start nor being stopped. */
export function createTaskList(surroundings: Surroundings, cluster: string): ListComputes {
  const client = createAwsClient(ECSClient, surroundings);
  return async function* listTasks() {
    let nextToken: string | undefined;
    do {
      // As many as DescribeTasks takes.
      const list = await client.send(new ListTasksCommand({ cluster, nextToken, maxResults: 100 }));
      yield (await describeTasks(client, cluster, list.taskArns ?? [])).flatMap(toCompute);
      ({ nextToken } = list);
    } while (nextToken !== undefined);
  };
}

async function describeTasks(
  client: ECSClient,
  cluster: string,
  taskArns: string[],
): Promise<readonly Task[]> {
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks;
}

function toCompute(task: Task): readonly ListedCompute[] {
  const { taskArn, startedBy, startedAt, lastStatus, capacityProviderName } = task;
  if (taskArn === undefined || startedBy === undefined || startedAt === undefined) return [];
  if (lastStatus !== "RUNNING") return [];
  // Both are stopped in one way; which it was tells what it cost.
  const provider = capacityProviderName === "FARGATE_SPOT" ? "FARGATE_SPOT" : "FARGATE";
  return [{ runnerName: startedBy, computeId: taskArn, provider, startedAt: startedAt.getTime() }];
}
