import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Lazy } from "aws-cdk-lib";
import { afterAll, describe, expect, it } from "vitest";

import { quote } from "../../functions/core/label-text.ts";
import type { SecretsConfig } from "../../lib/config.ts";
import { ConfigError } from "../../lib/config-error.ts";
import { readConfig } from "../../lib/read-config.ts";
import { configWith } from "./config-with.ts";

const role = "arn:aws:iam::123456789012:role/deploy";
const topic = "arn:aws:sns:eu-west-1:123456789012:ci";
const key = "arn:aws:kms:eu-west-1:123456789012:key/1a2b";
const ready = { uri: "ghcr.io/acme/runner:1" };
const existing = { vpcId: "vpc-0a1b2c3d", subnetIds: ["subnet-0a1b2c3d"] };

const cyclic: { it?: object } = {};
cyclic.it = cyclic;

// Where a Dockerfile should be is a folder.
const folderForDockerfile = mkdtempSync(join(tmpdir(), "tornade-"));
mkdirSync(join(folderForDockerfile, "Dockerfile"));
afterAll(() => {
  rmSync(folderForDockerfile, { recursive: true });
});

const mistakes: readonly [wrong: object, mistake: string][] = [
  [
    { owners: undefined },
    "owners should be a list of at least one login, got nothing; name whom tornade serves, as it serves nobody else",
  ],
  [
    { owners: [] },
    "owners should be a list of at least one login, got []; name whom tornade serves, as it serves nobody else",
  ],
  [
    { owners: "acme" },
    "owners should be a list of at least one login, got 'acme'; name whom tornade serves, as it serves nobody else",
  ],
  [
    { owners: ["acme/shop"] },
    "owners[0] should be the login of an organization or user, got 'acme/shop'; write the part of the address behind github.com/, without repository",
  ],
  [{ owners: ["acme", "acme"] }, "owners has 'acme' twice; leave one of them out"],
  [{ imagse: {} }, "unknown option 'imagse'; did you mean 'images'?"],
  [
    { network: { vpcid: "vpc-0a1b2c3d" } },
    "unknown option 'network.vpcid'; did you mean 'network.vpcId'?",
  ],
  [
    { env: { account: "123456789012", region: "eu-west-1", zone: "a" } },
    "unknown option 'env.zone'; use account or region",
  ],
  [
    { publicRepositories: true },
    "publicRepositories should be 'refuse' or 'allow', got true; leave it out for 'refuse'",
  ],
  [{ forks: "run" }, "forks should be 'refuse' or 'allow', got 'run'; leave it out for 'refuse'"],
  [
    { launchLabel: "my label" },
    `launchLabel should be a label of at most 64 characters, without spaces, '/', ',' and '=', got 'my label'; leave it out for "tornade"`,
  ],
  [
    { launchLabel: "self-hosted" },
    `launchLabel should be a label that only jobs of tornade's have, not one of GitHub's own, got 'self-hosted'; leave it out for "tornade"`,
  ],
  [{ launchLabel: "" }, `launchLabel should be text, got ''; leave it out for "tornade"`],
  [
    { runnerPrefix: "CI" },
    "runnerPrefix should be 1 to 16 of a-z, 0-9 and, not in front, '-', got 'CI'; leave it out for the name of the stack",
  ],
  [
    { stackName: "runners-of-the-platform-team" },
    "runnerPrefix should be 1 to 16 of a-z, 0-9 and, not in front, '-', got 'runners-of-the-platform-team'; set it, as the stack's name cannot stand in",
  ],
  ...["ci_runners", "ci-", "ci--eu", "-ci", "s".repeat(129)].map((stackName): [object, string] => [
    { stackName, runnerPrefix: "ci" },
    `stackName should be 1 to 128 letters and digits with single hyphens between them, a letter first, got ${quote(stackName)}; leave it out for "tornade"`,
  ]),
  [
    { runnerScope: "enterprise" },
    `runnerScope should be 'organization' or 'repository', got 'enterprise'; leave it out for "organization"`,
  ],
  [
    { runnerGroupId: 0 },
    "runnerGroupId should be a whole number from 1 to 9007199254740991, got '0'; take it from the address of the group's page at GitHub",
  ],
  ...["github.com", "https://ghes.acme.example:99999", "https://1.2.3.4.5"].map(
    (gitHubUrl): [object, string] => [
      { gitHubUrl },
      `gitHubUrl should be an address like 'https://acme.ghe.com', without a path, got '${gitHubUrl}'; leave it out for "https://github.com"`,
    ],
  ),
  [
    { defaults: { "runs-on": "FARGET" } },
    "defaults.runs-on cannot be 'FARGET'; use FARGATE, FARGATE_SPOT or CODEBUILD",
  ],
  [
    { defaults: { arhc: "ARM64" } },
    "unknown option 'defaults.arhc'; did you mean 'defaults.arch'?",
  ],
  [
    { defaults: { timeout: 90 } },
    "defaults.timeout cannot be '90'; use minutes or hours from 5m to 24h, like 90m or 2h",
  ],
  [
    { defaults: { cpu: 0 } },
    "defaults.cpu cannot be '0'; use a number of vCPU, like cpu=2 or cpu=0.5",
  ],
  ...[
    { cpu: 2n, shown: "2n" },
    { cpu: () => 2, shown: "a function" },
    { cpu: Symbol("two"), shown: "Symbol(two)" },
    { cpu: cyclic, shown: "an object that has no end" },
  ].map(({ cpu, shown }): [object, string] => [
    { defaults: { cpu } },
    `defaults.cpu cannot be '${shown}'; use a number of vCPU, like cpu=2 or cpu=0.5`,
  ]),
  [
    { dashboard: cyclic },
    "dashboard should be true or false, got an object that has no end; leave it out for true",
  ],
  [
    { defaults: { cpu: 1, memory: 16 } },
    "defaults should be a size that Fargate has, got cpu=1 memory=16 disk=20; use the next larger one, cpu=2 memory=16",
  ],
  [
    { defaults: { cpu: 64, memory: 128 } },
    "defaults should be a size that FARGATE has, got cpu=64 memory=128 disk=20; use at most cpu=32 memory=244 disk=200 (FARGATE X86_64) or runs-on=CODEBUILD",
  ],
  [
    { defaults: { image: "rust" } },
    "defaults.image should be one of images, got 'rust'; use default, or add it",
  ],
  [
    { images: {} },
    "images should name at least one image, got none; leave it out for one of tornade's own",
  ],
  [
    { images: { rust: ready } },
    "defaults.image should be one of images, got 'default'; use rust, or add it",
  ],
  [
    { images: { default: {} } },
    "images.default should have either build or uri, got neither; name a folder to build it from, or the address of an image that is ready",
  ],
  [
    { images: { default: { ...ready, build: "runner-image" } } },
    "images.default should have either build or uri, got both; name a folder to build it from, or the address of an image that is ready",
  ],
  ...["nowhere", "package.json", folderForDockerfile].map((build): [object, string] => [
    { images: { default: { build } } },
    `images.default.build should be a folder with a Dockerfile, got '${build}', which has none; name it as seen from where cdk runs`,
  ]),
  [
    { images: { default: { uri: "https://ghcr.io/acme/runner" } } },
    "images.default.uri should be the address of an image without https://, got 'https://ghcr.io/acme/runner'; write it as docker pull takes it",
  ],
  [
    { images: { default: ready, Rust: ready, rust: ready } },
    "images has 'rust' twice, as case does not count; leave one of them out",
  ],
  [
    { images: { default: ready, "node 24": ready } },
    "a name in images should be 1 to 40 letters, digits, - and _, got 'node 24'; jobs write it behind image=",
  ],
  [
    { images: { default: { ...ready, architectures: ["arm"] } } },
    "images.default.architectures[0] should be 'X86_64' or 'ARM64', got 'arm'; leave the list out for both",
  ],
  [
    { images: { default: { ...ready, architectures: ["ARM64"] } } },
    "defaults.arch should be an architecture of image 'default', got X86_64; use ARM64, or add it to images.default.architectures",
  ],
  [
    { imageSchedule: "weekly" },
    "imageSchedule should be rate(<number> <unit>) or cron(<minute> <hour> <day> <month> <weekday> <year>), got 'weekly'; leave it out for cron(0 4 ? * SUN *)",
  ],
  [
    { repositoryRoles: { "acme/deploy": "deploy" } },
    "repositoryRoles.acme/deploy should be the ARN of a role, got 'deploy'; copy it from `aws iam get-role`",
  ],
  [
    { repositoryRoles: { deploy: role } },
    "a name in repositoryRoles should be owner/name of a repository, got 'deploy'; write both parts",
  ],
  [
    { repositoryRoles: { "other/deploy": role } },
    "a name in repositoryRoles should be a repository of acme, got 'other/deploy'; add its owner to owners, or take it out",
  ],
  [
    { idleMinutes: 61 },
    "idleMinutes should be a whole number from 1 to 60, got '61'; leave it out for 5",
  ],
  [{ idleMinutes: "5" }, "idleMinutes should be a number, got '5'; leave it out for 5"],
  [
    { capacityDeadlineMinutes: 0.5 },
    "capacityDeadlineMinutes should be a whole number from 1 to 1380, got '0.5'; leave it out for 60",
  ],
  [
    { rerunInterrupted: ["shop"] },
    "rerunInterrupted[0] should be owner/name or owner/* in each entry, got 'shop'; write owner/* for all of an owner",
  ],
  [
    { rerunInterrupted: ["other/*"] },
    "a name in rerunInterrupted should be a repository of acme, got 'other/*'; add its owner to owners, or take it out",
  ],
  [
    { refusalsPerHour: 0 },
    "refusalsPerHour should be a whole number from 1 to 1000, got '0'; leave it out for 20",
  ],
  [{ checkRuns: "on" }, "checkRuns should be true or false, got 'on'; leave it out for false"],
  [
    { maximumConcurrency: 0 },
    "maximumConcurrency should be a whole number from 2 to 1000, got 0; leave it out for 10",
  ],
  [
    { network: { zones: 1 } },
    "network.zones should be a whole number from 2 to 6, got 1; choose no more than the region has",
  ],
  [
    { network: { vpcId: "my-vpc" } },
    "network.vpcId should be the id of a VPC, got 'my-vpc'; copy it from `aws ec2 describe-vpcs`",
  ],
  [
    { network: { vpcId: "vpc-0a1b2c3d" } },
    "network.subnetIds should name subnets of the VPC, got nothing; add them beside vpcId",
  ],
  [
    { network: { securityGroupId: "sg-0a1b2c3d" } },
    "network.securityGroupId is of an existing VPC, got no vpcId; add network.vpcId",
  ],
  [
    { network: { ...existing, zones: 3 } },
    "network.zones is of a VPC of the stack's own, got 3 beside vpcId; leave one of them out",
  ],
  [
    {
      network: {
        ...existing,
        subnetIds: Array.from({ length: 17 }, (_, at) => `subnet-0000000${at.toString(32)}`),
      },
    },
    'network.subnetIds should be a list of 1 to 16 ids of subnets, got ["subnet-00000000","subnet-00000001","subnet-00000002","sub…; name those that runners should be in',
  ],
  [
    { secrets: { store: "vault" } },
    "secrets.store should be 'ssm' or 'secrets-manager', got 'vault'; leave it out for 'ssm'",
  ],
  [
    { secrets: { privateKey: "-----BEGIN PRIVATE KEY-----" } },
    "secrets.privateKey should be a name of letters, digits and ., -, _, with / between its parts, got something else; write the name of the secret, never the secret itself",
  ],
  [
    { secrets: { appId: "/ci/app", privateKey: "/ci/app" } },
    "secrets.privateKey should have a name of its own, got '/ci/app', which is another's; choose a different one",
  ],
  [
    { secrets: { appId: "ci/app" } },
    "secrets.appId should begin with / in ssm, got 'ci/app'; write it as the store lists it",
  ],
  [
    { secrets: { store: "secrets-manager", appId: "/ci/app" } },
    "secrets.appId should begin without / in secrets-manager, got '/ci/app'; write it as the store lists it",
  ],
  ...["/aws/app-id", "/awsci/app-id", "awsAppId", "/SSM/app-id", "/ssm-ci/app-id"].map(
    (appId): [object, string] => [
      { secrets: { appId } },
      `secrets.appId should begin with neither aws nor ssm in ssm, got '${appId}'; choose another name, as Parameter Store keeps such names for itself`,
    ],
  ),
  ...["aws-ci", "AWS", "ssm", "Ssmci"].map((stackName): [object, string] => [
    { stackName },
    `stackName should begin with neither aws nor ssm, got '${stackName}'; choose another one, or give every one of secrets a name, as Parameter Store keeps such names for itself`,
  ]),
  [
    { secrets: { kmsKeyArn: "alias/ci" } },
    "secrets.kmsKeyArn should be the ARN of a KMS key, not of an alias, got 'alias/ci'; copy it from `aws kms describe-key`, or leave it out for the store's own key",
  ],
  [
    { alarms: { topicArn: topic, email: "ci@acme.example" } },
    "alarms should have either topicArn or email, got both; subscribe the address to the topic, and leave it out here",
  ],
  [
    { alarms: { topicArn: topic }, env: { account: "123456789012", region: "us-east-1" } },
    `alarms.topicArn should be in the region of env, us-east-1, got '${topic}'; name one there`,
  ],
  [
    { secrets: { kmsKeyArn: key }, env: { account: "123456789012", region: "us-east-1" } },
    `secrets.kmsKeyArn should be in the region of env, us-east-1, got '${key}'; name one there`,
  ],
  [
    { alarms: { email: "ci" } },
    "alarms.email should be an e-mail address, got 'ci'; name one, or a topic as topicArn",
  ],
  [
    { logRetentionDays: 31 },
    "logRetentionDays should be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, got 31; leave it out for 30",
  ],
  [{ retain: "yes" }, "retain should be true or false, got 'yes'; leave it out for false"],
  [
    { tags: { "aws:team": "ci" } },
    "a name in tags should be 1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with aws:, got 'aws:team'; choose another name",
  ],
  [
    { tags: Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`tag${index}`, ""])) },
    "tags should have at most 48 names, got 49; take some out, as AWS allows 50 and the stack adds tornade:stack and Name",
  ],
  [
    { env: { region: "eu-west-1" } },
    "env.account should be the 12 digits of an AWS account, as text, got nothing; copy them from `aws sts get-caller-identity`",
  ],
  [
    { env: { account: "123456789012", region: "Ireland" } },
    "env.region should be a region like 'eu-west-1', got 'Ireland'; copy it from `aws ec2 describe-regions`",
  ],
  [{ network: [] }, "network should be an object, got []; see lib/config.ts for its options"],
];

function toNames(folder: string): SecretsConfig {
  return {
    appId: `${folder}/app-id`,
    privateKey: `${folder}/private-key`,
    webhookSecret: `${folder}/webhook-secret`,
    previousWebhookSecret: `${folder}/previous-webhook-secret`,
  };
}

describe("readConfig", () => {
  it.each(mistakes)("tells what is wrong with %o", (wrong, mistake) => {
    expect(() => readConfig(configWith(wrong))).toThrow(new ConfigError([mistake]));
  });

  it.each([
    { stackName: "aws-ci", secrets: { store: "secrets-manager" } },
    { secrets: { store: "secrets-manager", appId: "aws/app-id" } },
    { secrets: { appId: "/ci/aws/app-id" } },
    { secrets: { appId: "/ci-ssm/app-id" } },
    { stackName: "ssm-ci", secrets: toNames("/ci") },
  ])("takes names that Parameter Store has nothing against: %j", (config) => {
    expect(() => readConfig(configWith(config))).not.toThrow();
  });

  it("takes ARNs in the stack's region, and any where that or they are not known yet", () => {
    const env = { account: "123456789012", region: "eu-west-1" };
    const config = { alarms: { topicArn: topic }, secrets: { kmsKeyArn: key } };
    const later = { alarms: { topicArn: Lazy.string({ produce: () => topic }) } };
    for (const taken of [{ ...config, env }, config, { ...later, env }]) {
      expect(() => readConfig(configWith(taken))).not.toThrow();
    }
  });

  it("tells all mistakes at once", () => {
    expect(() => readConfig(configWith({ imagse: {}, retain: 1, dashboard: 2 }))).toThrow(
      [
        "the config has 3 mistakes:",
        "- unknown option 'imagse'; did you mean 'images'?",
        "- dashboard should be true or false, got 2; leave it out for true",
        "- retain should be true or false, got 1; leave it out for false",
      ].join("\n"),
    );
  });
});
