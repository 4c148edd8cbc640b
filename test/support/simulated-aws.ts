import { CodeBuildClient } from "@aws-sdk/client-codebuild";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { createAws, type AwsOptions } from "../../simulator/aws/aws.ts";
import type { EventBridgeEvent } from "../../simulator/aws/events.ts";
import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import type { Machine } from "../../simulator/machine.ts";
import { createVirtualTimeline } from "../../simulator/virtual-timeline.ts";

/** A machine that was started, with the signals it got. */
export type StartedMachine = Machine & { readonly signals: string[] };

export const START = Date.UTC(2026, 10, 21, 12);

/** A simulated account on a virtual clock, called by the real SDK clients. */
export function createSimulatedAws(options: Partial<AwsOptions> = {}) {
  const timeline = createVirtualTimeline(START);
  const machines: StartedMachine[] = [];
  const aws = createAws({
    timeline,
    random: createSequence(),
    startProgram: (machine) => {
      const signals: string[] = [];
      machines.push({ ...machine, signals });
      return { terminate: () => signals.push("SIGTERM"), kill: () => signals.push("SIGKILL") };
    },
    ...options,
  });
  const received: EventBridgeEvent[] = [];
  aws.events.subscribe((event) => {
    received.push(event);
  });
  return { aws, timeline, machines, received, ...createClients(aws.handle) };
}

/** The real SDK clients in front of a wire-level service, without retries. */
function createClients(handle: Parameters<typeof createInProcessRequestHandler>[0]) {
  const config = {
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: createInProcessRequestHandler(handle),
    maxAttempts: 1,
  };
  return {
    sqs: new SQSClient(config),
    ecr: new ECRClient(config),
    ecs: new ECSClient(config),
    codeBuild: new CodeBuildClient(config),
    dynamoDb: new DynamoDBClient(config),
    ssm: new SSMClient(config),
  };
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("should have been rejected");
    },
    (error: unknown) => error,
  );
}

/** Numbers in [0, 1) that are the same in every run (a linear congruential generator). */
function createSequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
