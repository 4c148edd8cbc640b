import { createPublicKey, generateKeyPairSync } from "node:crypto";

import { type Account, deployAccount } from "./account.ts";
import { type Aws, type AwsOptions, createAws } from "./aws/aws.ts";
import { createGitHub, type GitHub } from "./github/github.ts";
import type { GitHubOptions } from "./github/state.ts";
import type { StartProgram } from "./machine.ts";
import { createStubRunner, type StubRunnerOptions } from "./stub-runner.ts";
import type { Timeline } from "./timeline.ts";

/** What the simulated services are made of; whatever is left out behaves as it usually does. */
export type ServicesOptions = {
  readonly timeline: Timeline;
  readonly random: () => number;
  /** Carries a webhook to its receiver. */
  readonly deliver: GitHubOptions["deliver"];
  /** The App's private key, PEM. @default a new one */
  readonly privateKey?: string;
  /** @default one that is written here */
  readonly webhookSecret?: string;
  readonly aws?: Partial<AwsOptions>;
  readonly gitHub?: Partial<GitHubOptions>;
  readonly runner?: Partial<StubRunnerOptions>;
  /** Stands between a machine and its program. @default nothing does */
  readonly betweenMachine?: (next: StartProgram) => StartProgram;
};

/** A GitHub, and an AWS account with what the stack creates, whose machines run GitHub's runners. */
export type Services = {
  readonly aws: Aws;
  readonly gitHub: GitHub;
  readonly account: Account;
  readonly webhookSecret: string;
};

const appId = 1_010;

/** Makes the simulated services and connects them; what they call is not there yet. */
export function createServices(options: ServicesOptions): Services {
  const { timeline, random, deliver } = options;
  const { privateKey = createPrivateKeyPem(), webhookSecret = "simulated webhook secret" } =
    options;
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  const gitHub = createGitHub({
    timeline,
    random,
    app: { id: appId, publicKey },
    webhookSecret,
    deliver,
    ...options.gitHub,
  });
  const stubRunner = createStubRunner({ gitHub, timeline, ...options.runner });
  const startProgram = options.betweenMachine?.(stubRunner) ?? stubRunner;
  const aws = createAws({ timeline, random, startProgram, ...options.aws });
  const account = deployAccount(aws, { appId, privateKey, webhookSecret });
  return { aws, gitHub, account, webhookSecret };
}

function createPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
}
