import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";
import { DescribeTasksCommand, ECSClient, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import { ReceiveMessageCommand, SQSClient, type Message } from "@aws-sdk/client-sqs";

import type { World } from "../../simulator/world.ts";
import { createClientConfig } from "./client-config.ts";

/** The tasks that are not asked to stop yet, or those that are. */
export async function listTasks(
  { aws }: Pick<World, "aws">,
  desiredStatus: "RUNNING" | "STOPPED" = "RUNNING",
): Promise<readonly Task[]> {
  const client = new ECSClient(createClientConfig(aws.handle));
  const list = new ListTasksCommand({ cluster: "tornade", desiredStatus });
  const { taskArns = [] } = await client.send(list);
  if (taskArns.length === 0) return [];
  const describe = new DescribeTasksCommand({ cluster: "tornade", tasks: taskArns });
  return (await client.send(describe)).tasks ?? [];
}

/** Ids of the builds that have not ended. */
export async function listBuilds({ aws }: Pick<World, "aws">): Promise<readonly string[]> {
  const client = new CodeBuildClient(createClientConfig(aws.handle));
  const list = new ListBuildsForProjectCommand({ projectName: "tornade" });
  const { ids = [] } = await client.send(list);
  if (ids.length === 0) return [];
  const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids }));
  return builds.flatMap(({ id, buildStatus }) => (buildStatus === "IN_PROGRESS" ? (id ?? []) : []));
}

/** What is in the dead-letter queue. */
export async function readDeadLetters({
  aws,
  account,
}: Pick<World, "aws" | "account">): Promise<readonly Message[]> {
  const client = new SQSClient(createClientConfig(aws.handle));
  const command = new ReceiveMessageCommand({
    QueueUrl: account.deadLetterQueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ["All"],
  });
  return (await client.send(command)).Messages ?? [];
}
