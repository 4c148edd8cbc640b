import type { AssessOptions } from "../core/assess.ts";
import { readObject, readText } from "../core/read-json.ts";
import type { RepositoryRoles } from "../core/repository-roles.ts";
import { readAssessOptions, readImageTable } from "./assess-settings.ts";
import type { CredentialParameters } from "./github-credentials.ts";
import { readCredentialParameters, readGitHubApiUrl, readRunnerScope } from "./github-settings.ts";
import {
  readCapacityDeadline,
  readChoice,
  readIdleSeconds,
  readInteger,
  readJson,
  readRerunRepositories,
  readRunnerPrefix,
  readSome,
  readSetting,
  settingNames as names,
} from "./settings.ts";
import type { Environment } from "./surroundings.ts";
import type { CodeBuildOptions } from "./codebuild-provider.ts";
import type { FargateOptions } from "./fargate-provider.ts";

/**
 * What RunTask takes at most.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
 */
const [mostSubnets, mostSecurityGroups] = [16, 5] as const;

/** What the functions that launch and retire runners read from their environment. */
export type DispatchSettings = {
  readonly queueUrl: string;
  readonly ledgerTable: string;
  readonly runnerPrefix: string;
  readonly idleSeconds: number;
  /** Jobs of pull requests from forks; only the runner sees that they are, so it refuses them itself. */
  readonly forks: "refuse" | "allow";
  /** Milliseconds. */
  readonly capacityDeadline: number;
  readonly assess: AssessOptions;
  /** Most jobs of one repository that are told within an hour, on a runner, that they are refused. */
  readonly refusalsPerHour: number;
  /** Whether a job that was given up is shown as a check run of our own. */
  readonly checkRuns: "off" | "on";
  /** `owner/name` or `owner/*`: whose interrupted jobs are run again. */
  readonly rerunRepositories: readonly string[];
  readonly gitHub: {
    readonly apiUrl: string;
    readonly scope: "organization" | "repository";
    readonly runnerGroupId: number;
  };
  readonly credentialParameters: CredentialParameters;
  readonly repositoryRoles: RepositoryRoles;
  readonly fargate: FargateOptions;
  readonly codeBuild: CodeBuildOptions;
};

/**
 * Reads the settings of a function that launches or retires runners.
 * @throws {SettingsError} naming the first one that is missing or wrong
 */
export function readDispatchSettings(env: Environment): DispatchSettings {
  const images = readImageTable(env);
  const roles = readJson(env, names.repositoryRoles, { decode: readRoles, fallback: "{}" });
  return {
    queueUrl: readSetting(env, names.queueUrl),
    ledgerTable: readSetting(env, names.ledgerTable),
    runnerPrefix: readRunnerPrefix(env),
    idleSeconds: readIdleSeconds(env),
    forks: readChoice(env, names.forks, ["refuse", "allow"]),
    capacityDeadline: readCapacityDeadline(env),
    assess: readAssessOptions(env, images),
    refusalsPerHour: readInteger(env, names.refusalsPerHour, {
      fallback: 20,
      least: 1,
      most: 1_000,
    }),
    checkRuns: readChoice(env, names.checkRuns, ["off", "on"]),
    rerunRepositories: readRerunRepositories(env),
    gitHub: readGitHub(env),
    credentialParameters: readCredentialParameters(env),
    repositoryRoles: roles,
    fargate: {
      cluster: readSetting(env, names.cluster),
      containerName: readSetting(env, names.containerName, "runner"),
      subnets: readSome(env, names.subnets, mostSubnets),
      securityGroups: readSome(env, names.securityGroups, mostSecurityGroups),
      assignPublicIp: readChoice(env, names.assignPublicIp, ["ENABLED", "DISABLED"]),
      images,
      roles,
    },
    codeBuild: { project: readSetting(env, names.codeBuildProject), images, roles },
  };
}

function readGitHub(env: Environment): DispatchSettings["gitHub"] {
  return {
    apiUrl: readGitHubApiUrl(env),
    scope: readRunnerScope(env),
    runnerGroupId: readInteger(env, names.runnerGroupId, {
      fallback: 1,
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
    }),
  };
}

function readRoles(value: unknown): RepositoryRoles {
  const roles = Object.entries(readObject(value, "roles"));
  return new Map(
    roles.map(([repository, role]) => [
      repository.toLowerCase(),
      readText(role, `role of ${repository}`),
    ]),
  );
}
