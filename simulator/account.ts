import { ledgerTable } from "../functions/adapters/ledger-table.ts";
import { settingNames as names } from "../functions/adapters/settings.ts";
import type { Environment } from "../functions/adapters/surroundings.ts";
import type { Aws } from "./aws/aws.ts";

/** The secrets that an operator would have put into the parameter store. */
export type AccountSecrets = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
};

/** What stands in a simulated AWS account once tornade is deployed, and how its functions find it. */
export type Account = {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly env: Environment;
};

const parameters = {
  [names.appIdParameter]: "/tornade/app-id",
  [names.privateKeyParameter]: "/tornade/private-key",
  [names.webhookSecretParameter]: "/tornade/webhook-secret",
} as const;

/** Creates in a simulated account what the stack creates in a real one. */
export function deployAccount(aws: Aws, secrets: AccountSecrets): Account {
  const queues = createQueues(aws);
  createLedgerTable(aws);
  aws.ssm.put(parameters[names.appIdParameter], String(secrets.appId));
  aws.ssm.put(parameters[names.privateKeyParameter], secrets.privateKey);
  aws.ssm.put(parameters[names.webhookSecretParameter], secrets.webhookSecret);
  aws.ecs.createCluster("tornade");
  for (const architecture of ["X86_64", "ARM64"] as const) {
    aws.ecs.registerTaskDefinition({
      family: taskDefinitionOf(architecture),
      containerName: "runner",
      architecture,
    });
  }
  aws.codeBuild.createProject({ name: "tornade" });
  return { ...queues, env: toEnvironment(queues) };
}

function createQueues({ sqs }: Aws) {
  const deadLetterQueueUrl = sqs.createQueue("tornade-dead-letters");
  const queueUrl = sqs.createQueue("tornade-jobs", {
    VisibilityTimeout: "90",
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: sqs.findQueue(deadLetterQueueUrl).arn,
      maxReceiveCount: 10,
    }),
  });
  return { queueUrl, deadLetterQueueUrl };
}

function createLedgerTable({ dynamoDb }: Aws): void {
  const { key, wakeAt, wakeIndex, wakeShard } = ledgerTable;
  dynamoDb.createTable({
    name: "tornade",
    key: { hash: key },
    attributeTypes: { [key]: "S", [wakeShard]: "S", [wakeAt]: "N" },
    indexes: [
      {
        name: wakeIndex,
        key: { hash: wakeShard, range: wakeAt },
        projection: "ALL",
        nonKeyAttributes: [],
      },
    ],
  });
}

function toEnvironment(queues: { queueUrl: string; deadLetterQueueUrl: string }): Environment {
  return {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "simulated",
    AWS_SECRET_ACCESS_KEY: "simulated",
    ...parameters,
    [names.queueUrl]: queues.queueUrl,
    [names.deadLetterQueueUrl]: queues.deadLetterQueueUrl,
    [names.ledgerTable]: "tornade",
    [names.gitHubApiUrl]: "http://127.0.0.1/github",
    [names.owners]: "acme",
    [names.cluster]: "tornade",
    [names.subnets]: "subnet-0a,subnet-0b",
    [names.securityGroups]: "sg-0a",
    [names.codeBuildProject]: "tornade",
    [names.images]: JSON.stringify({
      default: {
        X86_64: toImage("X86_64", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
        ARM64: toImage("ARM64", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
      },
    }),
  };
}

function toImage(architecture: "X86_64" | "ARM64", codeBuildImage: string) {
  return { taskDefinition: taskDefinitionOf(architecture), codeBuildImage };
}

function taskDefinitionOf(architecture: "X86_64" | "ARM64"): string {
  return `tornade-default-${architecture === "ARM64" ? "arm64" : "x86-64"}`;
}
