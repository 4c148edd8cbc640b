import { resolve } from "node:path";

import { architectures } from "../functions/core/provider.ts";
import type { ImageConfig, TornadeConfig } from "./config.ts";
import { findConflicts } from "./config-conflicts.ts";
import { configDefaults } from "./config-defaults.ts";
import { ConfigError } from "./config-error.ts";
import { toGitHubApiUrl, toPrefix, toSecrets } from "./config-names.ts";
import { checkOptions } from "./config-options.ts";
import type { ResolvedConfig, ResolvedImage } from "./resolved-config.ts";

/**
 * Checks what an operator wrote and fills in every default.
 * @throws {ConfigError} with all mistakes, each a sentence: what, what was got, what is allowed, what to do
 */
export function readConfig(config: TornadeConfig): ResolvedConfig {
  const mistakes = checkOptions(config, "");
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const conflicts = findConflicts(config);
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return resolveConfig(config);
}

function resolveConfig(config: TornadeConfig): ResolvedConfig {
  const { images = configDefaults.images, gitHubUrl = configDefaults.gitHubUrl } = config;
  return {
    owners: config.owners,
    publicRepositories: config.publicRepositories ?? configDefaults.publicRepositories,
    forks: config.forks ?? configDefaults.forks,
    launchLabel: config.launchLabel ?? configDefaults.launchLabel,
    runnerPrefix: toPrefix(config),
    runnerScope: config.runnerScope ?? configDefaults.runnerScope,
    runnerGroupId: config.runnerGroupId ?? configDefaults.runnerGroupId,
    gitHubApiUrl: toGitHubApiUrl(gitHubUrl),
    defaults: config.defaults ?? configDefaults.defaults,
    images: Object.entries(images).map(toImage),
    imageSchedule: config.imageSchedule ?? configDefaults.imageSchedule,
    repositoryRoles: config.repositoryRoles ?? configDefaults.repositoryRoles,
    idleMinutes: config.idleMinutes ?? configDefaults.idleMinutes,
    capacityDeadlineMinutes:
      config.capacityDeadlineMinutes ?? configDefaults.capacityDeadlineMinutes,
    rerunInterrupted: config.rerunInterrupted ?? configDefaults.rerunInterrupted,
    refusalsPerHour: config.refusalsPerHour ?? configDefaults.refusalsPerHour,
    checkRuns: config.checkRuns ?? configDefaults.checkRuns,
    maximumConcurrency: config.maximumConcurrency ?? configDefaults.maximumConcurrency,
    network: config.network ?? configDefaults.network,
    secrets: toSecrets(config),
    alarms: config.alarms ?? configDefaults.alarms,
    dashboard: config.dashboard ?? configDefaults.dashboard,
    logRetentionDays: config.logRetentionDays ?? configDefaults.logRetentionDays,
    retain: config.retain ?? configDefaults.retain,
    deletionProtection: config.deletionProtection ?? configDefaults.deletionProtection,
    tags: config.tags ?? configDefaults.tags,
    stackName: config.stackName ?? configDefaults.stackName,
    env: config.env,
  };
}

function toImage([name, config]: [string, ImageConfig]): ResolvedImage {
  const { build, uri = "", architectures: some = architectures } = config;
  const source =
    build === undefined
      ? ({ kind: "uri", uri } as const)
      : ({ kind: "folder", folder: resolve(build) } as const);
  return { name: name.toLowerCase(), architectures: some, source };
}
