import { type DispatchSettings, readDispatchSettings } from "../adapters/dispatch-settings.ts";
import { readSetting, settingNames } from "../adapters/settings.ts";
import type { Environment } from "../adapters/surroundings.ts";

/** What launch-runner reads from its environment. */
export type LaunchRunnerSettings = DispatchSettings & { readonly deadLetterQueueUrl: string };

/**
 * Reads the settings of launch-runner.
 * @throws {SettingsError} naming the first one that is missing or wrong
 */
export function readSettings(env: Environment): LaunchRunnerSettings {
  return {
    ...readDispatchSettings(env),
    deadLetterQueueUrl: readSetting(env, settingNames.deadLetterQueueUrl),
  };
}
