import { generateKeyPairSync, randomBytes } from "node:crypto";

import { settingNames as names } from "../functions/adapters/settings.ts";

/** An account with tornade in it, as far as the stub shows it. */
export type BenchAccount = {
  readonly webhookSecret: string;
  /** Values of SSM parameters by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The environment of the functions, with AWS and GitHub at one URL. */
  readonly toEnvironment: (url: string) => Readonly<Record<string, string>>;
};

const parameterNames = {
  [names.appIdParameter]: "/tornade/app-id",
  [names.privateKeyParameter]: "/tornade/private-key",
  [names.webhookSecretParameter]: "/tornade/webhook-secret",
} as const;

/** Makes an account with keys of its own. */
export function createBenchAccount(): BenchAccount {
  const webhookSecret = randomBytes(32).toString("hex");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return {
    webhookSecret,
    parameters: {
      [parameterNames[names.appIdParameter]]: "4242",
      [parameterNames[names.privateKeyParameter]]: privateKey
        .export({ type: "pkcs1", format: "pem" })
        .toString(),
      [parameterNames[names.webhookSecretParameter]]: webhookSecret,
    },
    toEnvironment,
  };
}

function toEnvironment(url: string): Readonly<Record<string, string>> {
  const image = { taskDefinition: "tornade-default-x86-64", codeBuildImage: "standard:7.0" };
  return {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "benchmark",
    AWS_SECRET_ACCESS_KEY: "benchmark",
    AWS_ENDPOINT_URL: url,
    ...parameterNames,
    [names.gitHubApiUrl]: url,
    [names.queueUrl]: "https://sqs.eu-west-1.amazonaws.com/123456789012/tornade-jobs",
    [names.deadLetterQueueUrl]: "https://sqs.eu-west-1.amazonaws.com/123456789012/tornade-dead",
    [names.ledgerTable]: "tornade",
    [names.owners]: "acme",
    [names.cluster]: "tornade",
    [names.subnets]: "subnet-0a,subnet-0b",
    [names.securityGroups]: "sg-0a",
    [names.codeBuildProject]: "tornade",
    [names.images]: JSON.stringify({ default: { X86_64: image } }),
  };
}
