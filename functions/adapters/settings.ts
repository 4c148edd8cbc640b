import { messageOf, SettingsError } from "../core/errors.ts";
import { shorten } from "../core/label-text.ts";
import type { Environment } from "./surroundings.ts";

/**
 * Every environment variable of tornade's functions, shared by what deploys and what reads them.
 * What each means is told in docs/settings.md.
 */
export const settingNames = {
  appIdParameter: "TORNADE_APP_ID_PARAMETER",
  assignPublicIp: "TORNADE_ASSIGN_PUBLIC_IP",
  capacityDeadline: "TORNADE_CAPACITY_DEADLINE_MINUTES",
  checkRuns: "TORNADE_CHECK_RUNS",
  cluster: "TORNADE_CLUSTER",
  codeBuildProject: "TORNADE_CODEBUILD_PROJECT",
  containerName: "TORNADE_CONTAINER_NAME",
  deadLetterQueueUrl: "TORNADE_DEAD_LETTER_QUEUE_URL",
  defaults: "TORNADE_DEFAULTS",
  forks: "TORNADE_FORKS",
  gitHubApiUrl: "GITHUB_API_URL",
  idleMinutes: "TORNADE_IDLE_MINUTES",
  imageBuilds: "TORNADE_IMAGE_BUILDS",
  images: "TORNADE_IMAGES",
  launchLabel: "TORNADE_LAUNCH_LABEL",
  ledgerTable: "TORNADE_LEDGER_TABLE",
  owners: "TORNADE_OWNERS",
  previousWebhookSecretParameter: "TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER",
  privateKeyParameter: "TORNADE_PRIVATE_KEY_PARAMETER",
  publicRepositories: "TORNADE_PUBLIC_REPOSITORIES",
  queueUrl: "TORNADE_QUEUE_URL",
  refusalsPerHour: "TORNADE_REFUSALS_PER_HOUR",
  repositoryRoles: "TORNADE_REPOSITORY_ROLES",
  rerunRepositories: "TORNADE_RERUN_REPOSITORIES",
  runnerGroupId: "TORNADE_RUNNER_GROUP_ID",
  runnerPrefix: "TORNADE_RUNNER_PREFIX",
  runnerScope: "TORNADE_RUNNER_SCOPE",
  runnerVersions: "TORNADE_RUNNER_VERSIONS",
  securityGroups: "TORNADE_SECURITY_GROUPS",
  subnets: "TORNADE_SUBNETS",
  webhookSecretParameter: "TORNADE_WEBHOOK_SECRET_PARAMETER",
} as const;

/** The name of one environment variable of tornade. */
export type SettingName = (typeof settingNames)[keyof typeof settingNames];

/**
 * The text of a setting, or `fallback` where it is unset or empty.
 * @throws {SettingsError} when it is unset and there is no fallback
 */
export function readSetting(env: Environment, name: SettingName, fallback?: string): string {
  const text = env[name]?.trim() ?? "";
  if (text !== "") return text;
  if (fallback !== undefined) return fallback;
  throw new SettingsError("SettingMissing", `${name} is not set; see docs/settings.md`);
}

/** A comma-separated list; empty where the setting is unset. */
export function readList(env: Environment, name: SettingName): readonly string[] {
  const entries = readSetting(env, name, "").split(",");
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== "");
}

/**
 * A comma-separated list of at least one entry.
 * @throws {SettingsError} when the setting is unset or names nothing, or more than `most`
 */
export function readSome(
  env: Environment,
  name: SettingName,
  most = Number.POSITIVE_INFINITY,
): readonly string[] {
  const entries = readList(env, name);
  const { length } = entries;
  if (length === 0) {
    throw new SettingsError("SettingMissing", `${name} is not set; see docs/settings.md`);
  }
  if (length <= most) return entries;
  const problem = `${name} should be a list of 1 to ${most}, got ${length}`;
  throw new SettingsError("SettingInvalid", problem);
}

/**
 * An address of a service, without a slash at the end, or `fallback` where the setting is unset.
 * @throws {SettingsError} when it is no such address
 */
export function readAddress(env: Environment, name: SettingName, fallback: string): string {
  const text = readSetting(env, name, fallback);
  if (/^https?:\/\/./iu.test(text) && URL.canParse(text)) return text.replace(/\/+$/u, "");
  throw invalid(name, "an address that begins with https://", text);
}

/**
 * A whole number between `least` and `most`, or `fallback` where the setting is unset.
 * @throws {SettingsError} when it is anything else
 */
export function readInteger(
  env: Environment,
  name: SettingName,
  { fallback, least, most }: { fallback: number; least: number; most: number },
): number {
  const text = readSetting(env, name, String(fallback));
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `a whole number from ${least} to ${most}`, text);
}

/**
 * One of a few words, in any case; the first is the default.
 * @throws {SettingsError} when it is none of them
 */
export function readChoice<const Choice extends string>(
  env: Environment,
  name: SettingName,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const text = readSetting(env, name, choices[0]);
  const chosen = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (chosen !== undefined) return chosen;
  throw invalid(name, `one of ${choices.join(", ")}`, text);
}

/**
 * What `decode` makes of a setting that holds JSON.
 * @throws {SettingsError} when it is not JSON, or `decode` throws
 */
export function readJson<T>(
  env: Environment,
  name: SettingName,
  { decode, fallback }: { decode: (value: unknown) => T; fallback?: string },
): T {
  const text = readSetting(env, name, fallback);
  try {
    return decode(JSON.parse(text));
  } catch (error) {
    const problem = `${name} is not as docs/settings.md says: ${messageOf(error)}`;
    throw new SettingsError("SettingInvalid", problem);
  }
}

/**
 * What the names of all our runners begin with; tells two installations in one organization apart.
 * @throws {SettingsError} when runner names of it would not be legal
 */
export function readRunnerPrefix(env: Environment): string {
  const prefix = readSetting(env, settingNames.runnerPrefix, "tornade");
  if (/^[a-z0-9][a-z0-9-]{0,15}$/u.test(prefix)) return prefix;
  throw invalid(settingNames.runnerPrefix, "1 to 16 of a-z, 0-9 and, not in front, '-'", prefix);
}

/** After how many seconds a runner without a job ends. @throws {SettingsError} as readInteger does */
export function readIdleSeconds(env: Environment): number {
  return readInteger(env, settingNames.idleMinutes, { fallback: 5, least: 1, most: 60 }) * 60;
}

/**
 * How long a job may wait for capacity, in milliseconds.
 * @throws {SettingsError} when it is no such number of minutes
 */
export function readCapacityDeadline(env: Environment): number {
  const range = { fallback: 60, least: 1, most: 1_380 };
  return readInteger(env, settingNames.capacityDeadline, range) * 60_000;
}

// Every job for self-hosted runners may have them, so that one of them would make all of those ours.
// https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/use-in-a-workflow
const labelsOfGitHub = /^(?:self-hosted|linux|windows|macos|x64|arm|arm64)$/iu;

/**
 * The label that makes a job ours.
 * @throws {SettingsError} when it could not be told from the parts of a composite label, or is GitHub's
 */
export function readLaunchLabel(env: Environment): string {
  const label = readSetting(env, settingNames.launchLabel, "tornade");
  if (labelsOfGitHub.test(label)) {
    const allowed = "a label that only jobs of tornade's have, not one of GitHub's own";
    throw invalid(settingNames.launchLabel, allowed, label);
  }
  if (/^[^\s/,=]{1,64}$/u.test(label)) return label;
  throw invalid(
    settingNames.launchLabel,
    "a label of at most 64 characters, without spaces, '/', ',' and '='",
    label,
  );
}

/**
 * The repositories whose interrupted jobs are run again: `owner/name`, or `owner/*` for all of an owner.
 * @throws {SettingsError} when an entry is neither
 */
export function readRerunRepositories(env: Environment): readonly string[] {
  const entries = readList(env, settingNames.rerunRepositories);
  const wrong = entries.find((entry) => !/^[\w.-]+\/(?:[\w.-]+|\*)$/u.test(entry));
  if (wrong === undefined) return entries;
  throw invalid(settingNames.rerunRepositories, "owner/name or owner/* in each entry", wrong);
}

function invalid(name: SettingName, allowed: string, got: string): SettingsError {
  const text = shorten(got, 200);
  return new SettingsError("SettingInvalid", `${name} should be ${allowed}, got '${text}'`);
}
