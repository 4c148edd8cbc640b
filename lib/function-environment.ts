import { type SettingName, settingNames as names } from "../functions/adapters/settings.ts";
import type { ResolvedConfig } from "./resolved-config.ts";
import { readRunnerVersions } from "./runner-versions.ts";

/** What a function reads from its environment; the names are shared with what reads them. */
export type FunctionEnvironment = Readonly<Partial<Record<SettingName, string>>>;

/** The options that can make a setting long, by what the setting is called. */
export const optionsOfSettings: FunctionEnvironment = {
  [names.owners]: "owners",
  [names.gitHubApiUrl]: "gitHubUrl",
  [names.repositoryRoles]: "repositoryRoles",
  [names.rerunRepositories]: "rerunInterrupted",
  [names.subnets]: "network.subnetIds",
  [names.images]: "images and their architectures",
  [names.imageBuilds]: "images and their architectures",
  [names.runnerVersions]: "images and their architectures",
};

/** What the functions have to find. */
export type FunctionSurroundings = {
  readonly parameters: {
    readonly appId: string;
    readonly privateKey: string;
    readonly webhookSecret: string;
    readonly previousWebhookSecret: string;
  };
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly ledgerTable: string;
  readonly cluster: string;
  readonly containerName: string;
  readonly network: {
    readonly subnetIds: readonly string[];
    readonly securityGroupId: string;
    readonly assignPublicIp: "ENABLED" | "DISABLED";
  };
  readonly codeBuildProject: string;
  /** The image table, as JSON. */
  readonly images: string;
  /** What is built from folders, as JSON; undefined where nothing is. */
  readonly imageBuilds: string | undefined;
};

/** The settings of receive-webhook. */
export function toWebhookEnvironment(
  config: ResolvedConfig,
  { parameters, queueUrl }: Pick<FunctionSurroundings, "parameters" | "queueUrl">,
): FunctionEnvironment {
  return {
    [names.webhookSecretParameter]: parameters.webhookSecret,
    [names.previousWebhookSecretParameter]: parameters.previousWebhookSecret,
    [names.queueUrl]: queueUrl,
    [names.launchLabel]: config.launchLabel,
    [names.runnerPrefix]: config.runnerPrefix,
    ...toRerunSetting(config),
  };
}

/** The settings of reconcile. */
export function toReconcileEnvironment(
  config: ResolvedConfig,
  surroundings: CommonSurroundings &
    Pick<FunctionSurroundings, "imageBuilds" | "cluster" | "codeBuildProject">,
): FunctionEnvironment {
  const { imageBuilds } = surroundings;
  const versions = readRunnerVersions(config.images);
  return {
    ...toCommonEnvironment(config, surroundings),
    [names.capacityDeadline]: String(config.capacityDeadlineMinutes),
    [names.idleMinutes]: String(config.idleMinutes),
    [names.cluster]: surroundings.cluster,
    [names.codeBuildProject]: surroundings.codeBuildProject,
    ...(versions.length === 0 ? {} : { [names.runnerVersions]: versions.join(",") }),
    ...(imageBuilds === undefined ? {} : { [names.imageBuilds]: imageBuilds }),
  };
}

/** The settings of the functions that start and retire runners. */
export function toDispatchEnvironment(
  config: ResolvedConfig,
  surroundings: FunctionSurroundings,
): FunctionEnvironment {
  const { network } = surroundings;
  return {
    ...toCommonEnvironment(config, surroundings),
    [names.forks]: config.forks,
    [names.runnerGroupId]: String(config.runnerGroupId),
    [names.defaults]: JSON.stringify(config.defaults),
    [names.repositoryRoles]: JSON.stringify(config.repositoryRoles),
    [names.idleMinutes]: String(config.idleMinutes),
    [names.capacityDeadline]: String(config.capacityDeadlineMinutes),
    [names.refusalsPerHour]: String(config.refusalsPerHour),
    [names.checkRuns]: config.checkRuns ? "on" : "off",
    ...toRerunSetting(config),
    [names.cluster]: surroundings.cluster,
    [names.containerName]: surroundings.containerName,
    [names.subnets]: network.subnetIds.join(","),
    [names.securityGroups]: network.securityGroupId,
    [names.assignPublicIp]: network.assignPublicIp,
    [names.codeBuildProject]: surroundings.codeBuildProject,
    [names.images]: surroundings.images,
  };
}

/** The settings of launch-runner, which sets aside what it cannot read. */
export function toLaunchEnvironment(
  config: ResolvedConfig,
  surroundings: FunctionSurroundings,
): FunctionEnvironment {
  return {
    ...toDispatchEnvironment(config, surroundings),
    [names.deadLetterQueueUrl]: surroundings.deadLetterQueueUrl,
  };
}

function toRerunSetting({ rerunInterrupted }: ResolvedConfig): FunctionEnvironment {
  if (rerunInterrupted.length === 0) return {};
  return { [names.rerunRepositories]: rerunInterrupted.join(",") };
}

type CommonSurroundings = Pick<FunctionSurroundings, "parameters" | "queueUrl" | "ledgerTable">;

// What all behind the queue read.
function toCommonEnvironment(
  config: ResolvedConfig,
  surroundings: CommonSurroundings,
): FunctionEnvironment {
  const { parameters, queueUrl, ledgerTable } = surroundings;
  return {
    [names.appIdParameter]: parameters.appId,
    [names.privateKeyParameter]: parameters.privateKey,
    [names.queueUrl]: queueUrl,
    [names.ledgerTable]: ledgerTable,
    [names.launchLabel]: config.launchLabel,
    [names.runnerPrefix]: config.runnerPrefix,
    [names.runnerScope]: config.runnerScope,
    [names.gitHubApiUrl]: config.gitHubApiUrl,
    [names.owners]: config.owners.join(","),
    [names.publicRepositories]: config.publicRepositories,
  };
}
