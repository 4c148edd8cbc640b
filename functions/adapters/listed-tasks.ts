import { DescribeTasksCommand, ECSClient, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";

import type { ListedCompute } from "../core/find-stray.ts";
import type { ListComputes } from "../core/retire-strays.ts";
import { listTime } from "../core/waits.ts";
import { createAwsClient } from "./aws-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** At most so many pages of 100 tasks, of two requests each. */
const mostPages = 20;

/** Lists the tasks of a cluster that run, and are neither about to start nor being stopped. */
export function createTaskList(surroundings: Surroundings, cluster: string): ListComputes {
  const client = createAwsClient(ECSClient, surroundings);
  const { now } = surroundings;
  return async () => {
    const listed: ListedCompute[] = [];
    const until = now() + listTime;
    let nextToken: string | undefined;
    for (let page = 0; page < mostPages && now() < until; page += 1) {
      const list = await client.send(new ListTasksCommand({ cluster, nextToken }));
      listed.push(...(await describe(client, cluster, list.taskArns ?? [])));
      ({ nextToken } = list);
      if (nextToken === undefined) break;
    }
    return listed;
  };
}

async function describe(
  client: ECSClient,
  cluster: string,
  taskArns: string[],
): Promise<readonly ListedCompute[]> {
  if (taskArns.length === 0) return [];
  const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks.flatMap(toCompute);
}

function toCompute(task: Task): readonly ListedCompute[] {
  const { taskArn, startedBy, startedAt, lastStatus, capacityProviderName } = task;
  if (taskArn === undefined || startedBy === undefined || startedAt === undefined) return [];
  if (lastStatus !== "RUNNING") return [];
  // Both are stopped in one way; which it was tells what it cost.
  const provider = capacityProviderName === "FARGATE_SPOT" ? "FARGATE_SPOT" : "FARGATE";
  return [{ runnerName: startedBy, computeId: taskArn, provider, startedAt: startedAt.getTime() }];
}
