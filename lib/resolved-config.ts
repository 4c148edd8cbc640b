import type { Architecture } from "../functions/core/provider.ts";
import type { AlarmsConfig, NetworkConfig, RunnerDefaults, SecretsConfig } from "./config.ts";

/** A config that was checked, with every default filled in; what the constructs are made from. */
export type ResolvedConfig = {
  readonly owners: readonly string[];
  readonly publicRepositories: "refuse" | "allow";
  readonly forks: "refuse" | "allow";
  readonly launchLabel: string;
  readonly runnerPrefix: string;
  readonly runnerScope: "organization" | "repository";
  readonly runnerGroupId: number;
  /** Where the REST API of GitHub is. */
  readonly gitHubApiUrl: string;
  readonly defaults: RunnerDefaults;
  readonly images: readonly ResolvedImage[];
  readonly imageSchedule: string;
  readonly repositoryRoles: Readonly<Record<string, string>>;
  readonly idleMinutes: number;
  readonly capacityDeadlineMinutes: number;
  readonly rerunInterrupted: readonly string[];
  readonly refusalsPerHour: number;
  readonly checkRuns: boolean;
  readonly maximumConcurrency: number;
  readonly network: NetworkConfig;
  readonly secrets: ResolvedSecrets;
  readonly alarms: AlarmsConfig;
  readonly dashboard: boolean;
  readonly logRetentionDays: number;
  readonly retain: boolean;
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly stackName: string;
  readonly env: { readonly account: string; readonly region: string } | undefined;
};

/** An image that jobs can ask for. */
export type ResolvedImage = {
  /** In lower case. */
  readonly name: string;
  readonly architectures: readonly Architecture[];
  readonly source: ImageSource;
};

/** Where an image comes from. */
export type ImageSource =
  /** `folder` is absolute. */
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "uri"; readonly uri: string };

/** Names of the credentials in their store. */
export type ResolvedSecrets = Required<Omit<SecretsConfig, "kmsKeyArn">> &
  Pick<SecretsConfig, "kmsKeyArn">;
