import type { StartProgram } from "../machine.ts";
import type { Timeline } from "../timeline.ts";
import type { WireService } from "../wire.ts";
import { createAwsJsonEndpoint } from "./aws-json.ts";
import type { CodeBuildLatency } from "./codebuild/build-life.ts";
import { createCodeBuild, type CodeBuild } from "./codebuild/codebuild.ts";
import { createDynamoDb, type DynamoDb } from "./dynamodb/dynamodb.ts";
import { createEcr, type Ecr } from "./ecr/ecr.ts";
import { createEcs, type Ecs } from "./ecs/ecs.ts";
import type { EcsLatency } from "./ecs/ecs-latency.ts";
import { createEvents, type Events } from "./events.ts";
import { createSqs, type Sqs } from "./sqs/sqs.ts";
import { createSsm, type Ssm } from "./ssm.ts";
import { randomUuid } from "./surroundings.ts";

/** What a simulated AWS account is made from. */
export type AwsOptions = {
  readonly timeline: Timeline;
  /** A number from 0 up to, not including, 1; all ids come from it. */
  readonly random: () => number;
  /** Runs what ECS tasks and CodeBuild builds run. */
  readonly startProgram: StartProgram;
  /** @default eu-west-1 */
  readonly region?: string;
  /** @default 123456789012 */
  readonly accountId?: string;
  readonly ecsLatency?: Partial<EcsLatency>;
  readonly codeBuildLatency?: Partial<CodeBuildLatency>;
};

/** A simulated AWS account in one region. */
export type Aws = {
  /** All services on one endpoint, at wire level. */
  readonly handle: WireService;
  readonly sqs: Sqs;
  readonly ecs: Ecs;
  readonly ecr: Ecr;
  readonly codeBuild: CodeBuild;
  readonly dynamoDb: DynamoDb;
  readonly ssm: Ssm;
  readonly events: Events;
};

/** The AWS services tornade uses, as they behave at wire level, sharp edges included. */
export function createAws(options: AwsOptions): Aws {
  const { timeline, random, region = "eu-west-1", accountId = "123456789012" } = options;
  const surroundings = { timeline, random, region, accountId };
  const events = createEvents(surroundings);
  const compute = { surroundings, events, startProgram: options.startProgram };
  const services = {
    sqs: createSqs(surroundings),
    ecs: createEcs({ ...compute, latency: options.ecsLatency }),
    ecr: createEcr(surroundings),
    codeBuild: createCodeBuild({ ...compute, latency: options.codeBuildLatency }),
    dynamoDb: createDynamoDb(surroundings),
    ssm: createSsm(surroundings),
  };
  const wireServices = Object.values(services).map(({ service }) => service);
  return {
    handle: createAwsJsonEndpoint(wireServices, () => randomUuid(random)),
    ...services,
    events,
  };
}
