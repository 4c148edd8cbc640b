import { StartBuildCommand } from "@aws-sdk/client-codebuild";
import { RunTaskCommand } from "@aws-sdk/client-ecs";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { createSimulatedAws } from "../../support/simulated-aws.ts";

async function run() {
  const { aws, timeline, sqs, ecs, codeBuild, machines, received } = createSimulatedAws();
  const QueueUrl = aws.sqs.createQueue("jobs");
  aws.ecs.createCluster("runners");
  aws.ecs.registerTaskDefinition({ family: "runner", containerName: "runner" });
  aws.codeBuild.createProject({ name: "runner" });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  await ecs.send(
    new RunTaskCommand({
      cluster: "runners",
      taskDefinition: "runner",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1", "subnet-2"] } },
    }),
  );
  await codeBuild.send(new StartBuildCommand({ projectName: "runner" }));
  await timeline.advance(60_000);
  for (const machine of machines) machine.exit(0);
  await timeline.advance(60_000);
  return JSON.stringify({ Messages, received });
}

describe("createAws", () => {
  it("repeats a run exactly on a virtual clock with the same randomness", async () => {
    const first = await run();
    expect(first).toContain("EssentialContainerExited");
    expect(await run()).toBe(first);
  });
});
