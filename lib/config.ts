import type { Architecture } from "../functions/core/provider.ts";

/** What an operator decides; `tornade.config.ts` is one, and the props of `Tornade` are another. */
export interface TornadeConfig {
  /** Logins of the organizations and users who are served, case-insensitive; nobody else is. */
  readonly owners: readonly string[];

  /**
   * Whether public repositories are served; anybody who can open a pull request there could run code.
   * @default "refuse"
   */
  readonly publicRepositories?: "refuse" | "allow";

  /**
   * Whether jobs of pull requests from forks are served; they bring code from outside. In public
   * repositories only where those are served too.
   * @default "refuse"
   */
  readonly forks?: "refuse" | "allow";

  /**
   * The label that makes a job ours, case-insensitive; none of GitHub's own, like `self-hosted`.
   * @default "tornade"
   */
  readonly launchLabel?: string;

  /**
   * What the names of the runners begin with; different for every stack that serves the same owner.
   * @default - the name of the stack, in lower case
   */
  readonly runnerPrefix?: string;

  /**
   * Where runners register; those of a user's repositories always register with the repository.
   * @default "organization"
   */
  readonly runnerScope?: "organization" | "repository";

  /**
   * Number of the runner group; those that register in a repository are in the default group.
   * @default 1, the default group
   */
  readonly runnerGroupId?: number;

  /**
   * Where GitHub is: github.com, a company's ghe.com or a GitHub Enterprise Server.
   * @default "https://github.com"
   */
  readonly gitHubUrl?: string;

  /**
   * What a job gets that does not ask, written as labels are.
   * @default - FARGATE, X86_64, 1 vCPU, 2 GiB, 20 GiB of disk, image "default", 6h
   */
  readonly defaults?: RunnerDefaults;

  /**
   * What `image=` may name, by case-insensitive name.
   * @default - one image, "default", built from the folder runner-image
   */
  readonly images?: Readonly<Record<string, ImageConfig>>;

  /**
   * When images built from folders are built anew, for what has changed beneath them: `rate(…)` or
   * `cron(…)`, UTC. The version of GitHub's runner is the folder's own, and stays as it is: GitHub turns
   * away old ones, and `runner-image/update-versions` takes the newest.
   * @default "cron(0 4 ? * SUN *)"
   */
  readonly imageSchedule?: string;

  /**
   * ARN of the role that runners of a repository (`owner/name`) have; docs/settings.md says which other
   * jobs can get it, whom it has to trust, and what it needs on CodeBuild.
   * @default - none: no AWS identity on Fargate, on CodeBuild one that may write the runners' log and,
   * where images are in ECR, pull them
   */
  readonly repositoryRoles?: Readonly<Record<string, string>>;

  /**
   * Minutes after which a runner without a job ends, 1 to 60.
   * @default 5
   */
  readonly idleMinutes?: number;

  /**
   * Minutes that a job may wait for capacity before it is refused, 1 to 1380.
   * @default 60
   */
  readonly capacityDeadlineMinutes?: number;

  /**
   * Repositories, `owner/name` or `owner/*`, whose jobs are run again after Spot took their runner.
   * The GitHub App then needs the event `workflow_run` and the permission `actions: write`.
   * @default - none: an interrupted job has failed
   */
  readonly rerunInterrupted?: readonly string[];

  /**
   * Most jobs of one repository that are told within an hour why they were refused, 1 to 1000; each
   * costs a short-lived runner.
   * @default 20
   */
  readonly refusalsPerHour?: number;

  /**
   * Whether a job that was given up is shown as a check run; the GitHub App then needs the permission
   * `checks: write`.
   * @default false
   */
  readonly checkRuns?: boolean;

  /**
   * Most invocations of launch-runner at a time, 2 to 1000; each starts up to ten runners. Keep it below
   * the account's limit for Lambda, which is 10 in a new one, or receive-webhook gets none in a burst.
   * @default 10
   */
  readonly maximumConcurrency?: number;

  /**
   * Where runners on Fargate are.
   * @default - a VPC of their own with public subnets and no NAT gateway
   */
  readonly network?: NetworkConfig;

  /**
   * Where the GitHub App's credentials are.
   * @default - SSM parameters below the name of the stack, like /tornade/app-id
   */
  readonly secrets?: SecretsConfig;

  /**
   * Who is told when an alarm goes off.
   * @default - nobody: alarms change their state and that is all
   */
  readonly alarms?: AlarmsConfig;

  /**
   * Whether the stack has a dashboard.
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * Days that logs are kept, one of the periods of CloudWatch Logs.
   * @default 30
   */
  readonly logRetentionDays?: number;

  /**
   * Whether ledger, logs (that of the API included) and images outlive the stack.
   * @default false
   */
  readonly retain?: boolean;

  /**
   * Whether the ledger can be deleted only after this has been switched off.
   * @default false
   */
  readonly deletionProtection?: boolean;

  /**
   * Tags of everything in the stack; 48 at most, as it adds two of its own.
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;

  /**
   * Name of the stack; several stacks can be in one account and region. Letters, digits and single hyphens
   * between them; not beginning with `aws` or `ssm` where parameters are named after it.
   * @default "tornade"
   */
  readonly stackName?: string;

  /**
   * Account and region of the stack.
   * @default - those of the credentials at `cdk deploy`
   */
  readonly env?: { readonly account: string; readonly region: string };
}

/** What a job gets that does not ask; a value is what stands behind the `=` of the label. */
export interface RunnerDefaults {
  /**
   * A provider, or several joined with `+` in the order in which they are tried.
   * @default "FARGATE"
   */
  readonly "runs-on"?: string;

  /** @default "X86_64" */
  readonly arch?: string;

  /**
   * vCPU.
   * @default 1
   */
  readonly cpu?: number | string;

  /**
   * GiB.
   * @default 2
   */
  readonly memory?: number | string;

  /**
   * GiB.
   * @default 20
   */
  readonly disk?: number | string;

  /**
   * A name of the images.
   * @default "default"
   */
  readonly image?: string;

  /**
   * Minutes or hours.
   * @default "6h"
   */
  readonly timeout?: string;
}

/** Where one image comes from: `build` or `uri`, not both. */
export interface ImageConfig {
  /**
   * A folder with a Dockerfile, built in the account, off the deploy path.
   * @default - the image is pulled from `uri`
   */
  readonly build?: string;

  /**
   * An image that is ready, tag or digest included; of several architectures if it is for several.
   * @default - the image is built from `build`
   */
  readonly uri?: string;

  /**
   * The architectures it is for.
   * @default - both, X86_64 and ARM64
   */
  readonly architectures?: readonly Architecture[];
}

/** A VPC of the stack's own, of which only `zones` can be chosen, or an existing one. */
export interface NetworkConfig {
  /**
   * Availability zones of the stack's own VPC, 2 to 6; more zones have more Spot capacity, and not every
   * account sees more than two in every region: `aws ec2 describe-availability-zones` lists them.
   * @default 2
   */
  readonly zones?: number;

  /**
   * An existing VPC.
   * @default - the stack has one of its own
   */
  readonly vpcId?: string;

  /**
   * Its subnets for runners, at most 16; they need a way out to the internet.
   * @default - those of the stack's own VPC
   */
  readonly subnetIds?: readonly string[];

  /**
   * A security group in it.
   * @default - a new one without a way in
   */
  readonly securityGroupId?: string;

  /**
   * `false` where the existing subnets reach GitHub by a NAT gateway.
   * @default true
   */
  readonly assignPublicIp?: boolean;
}

/** Where the GitHub App's credentials are; the stack holds their names, never the values. */
export interface SecretsConfig {
  /** @default "ssm" */
  readonly store?: "ssm" | "secrets-manager";

  /**
   * Name of the App's id.
   * @default - /<stack>/app-id; in Secrets Manager without the first slash, as for the others
   */
  readonly appId?: string;

  /**
   * Name of the App's private key.
   * @default - /<stack>/private-key
   */
  readonly privateKey?: string;

  /**
   * Name of the webhook secret.
   * @default - /<stack>/webhook-secret
   */
  readonly webhookSecret?: string;

  /**
   * Name of the webhook secret before it, which exists only during a rotation.
   * @default - /<stack>/previous-webhook-secret
   */
  readonly previousWebhookSecret?: string;

  /**
   * ARN of the key they are encrypted with.
   * @default - the store's own key in the account
   */
  readonly kmsKeyArn?: string;
}

/** Who is told of alarms: an existing topic, or an address that gets a topic of the stack's own. */
export interface AlarmsConfig {
  /**
   * ARN of an SNS topic.
   * @default - none
   */
  readonly topicArn?: string;

  /**
   * An address, which has to confirm the subscription.
   * @default - none
   */
  readonly email?: string;
}
