import { readPolicy } from "../adapters/assess-settings.ts";
import type { CredentialParameters } from "../adapters/github-credentials.ts";
import {
  readCredentialParameters,
  readGitHubApiUrl,
  readRunnerScope,
} from "../adapters/github-settings.ts";
import {
  readCapacityDeadline,
  readIdleSeconds,
  readLaunchLabel,
  readList,
  readRunnerPrefix,
  readSetting,
  settingNames as names,
} from "../adapters/settings.ts";
import type { Environment } from "../adapters/surroundings.ts";
import type { Policy } from "../core/policy.ts";

/** What reconcile reads from its environment. */
export type ReconcileSettings = {
  readonly credentialParameters: CredentialParameters;
  readonly gitHub: {
    readonly apiUrl: string;
    readonly scope: "organization" | "repository";
  };
  readonly runnerPrefix: string;
  readonly queueUrl: string;
  readonly ledgerTable: string;
  /** The versions of the runner in the images. */
  readonly runnerVersions: readonly string[];
  readonly launchLabel: string;
  /** Milliseconds. */
  readonly capacityDeadline: number;
  readonly policy: Policy;
  /** Seconds after which a runner without a job ends. */
  readonly idleSeconds: number;
  /** Where runners run, to look for strays there; "" where that is nowhere. */
  readonly cluster: string;
  readonly codeBuildProject: string;
};

/**
 * Reads the settings of reconcile.
 * @throws {SettingsError} naming the first one that is missing or wrong
 */
export function readSettings(env: Environment): ReconcileSettings {
  return {
    credentialParameters: readCredentialParameters(env),
    gitHub: { apiUrl: readGitHubApiUrl(env), scope: readRunnerScope(env) },
    runnerPrefix: readRunnerPrefix(env),
    queueUrl: readSetting(env, names.queueUrl),
    ledgerTable: readSetting(env, names.ledgerTable),
    runnerVersions: readList(env, names.runnerVersions),
    launchLabel: readLaunchLabel(env),
    capacityDeadline: readCapacityDeadline(env),
    policy: readPolicy(env),
    idleSeconds: readIdleSeconds(env),
    cluster: readSetting(env, names.cluster, ""),
    codeBuildProject: readSetting(env, names.codeBuildProject, ""),
  };
}
