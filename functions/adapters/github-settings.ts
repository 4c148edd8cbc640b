import type { CredentialParameters } from "./github-credentials.ts";
import { readAddress, readChoice, readSetting, settingNames as names } from "./settings.ts";
import type { Environment } from "./surroundings.ts";

/**
 * Where GitHub's API is, without a slash at the end.
 * @throws {SettingsError} when it is no address
 */
export function readGitHubApiUrl(env: Environment): string {
  return readAddress(env, names.gitHubApiUrl, "https://api.github.com");
}

/** Where runners register; those of a user's repositories always with the repository. */
export function readRunnerScope(env: Environment): "organization" | "repository" {
  return readChoice(env, names.runnerScope, ["organization", "repository"]);
}

/**
 * Where the App's credentials are.
 * @throws {SettingsError} when one of the names is missing
 */
export function readCredentialParameters(env: Environment): CredentialParameters {
  return {
    appId: readSetting(env, names.appIdParameter),
    privateKey: readSetting(env, names.privateKeyParameter),
  };
}
