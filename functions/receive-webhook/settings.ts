import {
  readLaunchLabel,
  readRerunRepositories,
  readRunnerPrefix,
  readSetting,
  settingNames,
} from "../adapters/settings.ts";
import type { Environment } from "../adapters/surroundings.ts";

/** What an operator sets for receive-webhook; told in docs/settings.md. */
export type Settings = {
  /** Name of the parameter that holds the webhook secret. */
  readonly webhookSecretParameter: string;
  /** Name of the parameter that holds the secret before it, which may not exist; absent outside of a rotation. */
  readonly previousWebhookSecretParameter?: string;
  readonly queueUrl: string;
  readonly launchLabel: string;
  readonly runnerPrefix: string;
  /** `owner/name` or `owner/*`: whose runs are told of when they have completed. */
  readonly rerunRepositories: readonly string[];
};

/**
 * Reads the settings of receive-webhook.
 * @throws {SettingsError} when one is missing or wrong
 */
export function readSettings(env: Environment): Settings {
  const previous = readSetting(env, settingNames.previousWebhookSecretParameter, "");
  return {
    webhookSecretParameter: readSetting(env, settingNames.webhookSecretParameter),
    ...(previous === "" ? {} : { previousWebhookSecretParameter: previous }),
    queueUrl: readSetting(env, settingNames.queueUrl),
    launchLabel: readLaunchLabel(env),
    runnerPrefix: readRunnerPrefix(env),
    rerunRepositories: readRerunRepositories(env),
  };
}
