import type { TornadeConfig } from "./lib/config.ts";

/**
 * What `npx cdk deploy` deploys. Only `owners` has to be given; every other option stands here with its
 * default, or with an example where it has none. lib/config.ts says more about each.
 */
export const config: TornadeConfig = {
  // Whose jobs are served: logins of organizations and users. Nobody else's are.
  owners: ["your-organization"],

  // Public repositories: anybody who opens a pull request there could run code on your runners.
  // publicRepositories: "refuse",

  // Pull requests from forks: they bring code from outside, which would run on your runners.
  // forks: "refuse",

  // The label in `runs-on:` that makes a job ours.
  // launchLabel: "tornade",

  // What a job gets that does not ask for anything, written as labels are.
  // defaults: {
  //   "runs-on": "FARGATE",
  //   arch: "X86_64",
  //   cpu: 1,
  //   memory: 2,
  //   disk: 20,
  //   image: "default",
  //   timeout: "6h",
  // },

  // What `image=` may name: a folder with a Dockerfile, or an image that is ready.
  // images: {
  //   default: { build: "runner-image", architectures: ["X86_64", "ARM64"] },
  //   node: { uri: "ghcr.io/acme/runner-node:24" },
  // },

  // When images built from folders are built anew, UTC.
  // imageSchedule: "cron(0 4 ? * SUN *)",

  // The AWS identity of a repository's runners; without an entry they have none.
  // repositoryRoles: { "your-organization/deploy": "arn:aws:iam::123456789012:role/deploy" },

  // What the names of runners begin with; by default the name of the stack.
  // runnerPrefix: "tornade",

  // Where runners register: "organization" or "repository", and in which group.
  // runnerScope: "organization",
  // runnerGroupId: 1,

  // github.com, a company's ghe.com, or a GitHub Enterprise Server.
  // gitHubUrl: "https://github.com",

  // Where the GitHub App's credentials are: their names, never the values.
  // secrets: {
  //   store: "ssm",
  //   appId: "/tornade/app-id",
  //   privateKey: "/tornade/private-key",
  //   webhookSecret: "/tornade/webhook-secret",
  //   previousWebhookSecret: "/tornade/previous-webhook-secret",
  //   kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
  // },

  // After how many minutes without a job a runner ends, and for how many a job waits for capacity.
  // idleMinutes: 5,
  // capacityDeadlineMinutes: 60,

  // Whose jobs are run again after Spot took their runner.
  // rerunInterrupted: ["your-organization/*"],

  // Most jobs of a repository that are told within an hour why they were refused.
  // refusalsPerHour: 20,

  // Whether a job that was given up is shown as a check run.
  // checkRuns: false,

  // Most invocations of launch-runner at a time; each starts up to ten runners.
  // maximumConcurrency: 10,

  // The runners' network: the number of zones, or a VPC that exists.
  // network: { zones: 2 },
  // network: {
  //   vpcId: "vpc-0a1b2c3d",
  //   subnetIds: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
  //   securityGroupId: "sg-0a1b2c3d",
  //   assignPublicIp: false,
  // },

  // Who is told when an alarm goes off: an address, or a topic that exists.
  // alarms: { email: "ci@example.com" },
  // alarms: { topicArn: "arn:aws:sns:eu-west-1:123456789012:ci" },

  // dashboard: true,
  // logRetentionDays: 30,

  // Whether ledger, logs and images outlive the stack, and whether the ledger can be deleted at all.
  // retain: false,
  // deletionProtection: false,

  // tags: { team: "ci" },
  // stackName: "tornade",

  // By default the account and region of your credentials.
  // env: { account: "123456789012", region: "eu-west-1" },
};
