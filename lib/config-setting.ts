import { readDispatchSettings } from "../functions/adapters/dispatch-settings.ts";
import { type SettingName, settingNames } from "../functions/adapters/settings.ts";
import { messageOf } from "../functions/core/errors.ts";
import { type Check, toMistake } from "./config-check.ts";

/**
 * A value that becomes a setting of the functions: whether they take it, they decide themselves, here
 * as they will when they start.
 */
export function setting(name: SettingName, type: "text" | "a number", advice: string): Check {
  return (value, path) => {
    if (!isOf(type, value)) return [toMistake(value, path, { allowed: type, advice })];
    try {
      readDispatchSettings({ ...others, [name]: String(value) });
      return [];
    } catch (error) {
      return [`${messageOf(error).replace(name, path)}; ${advice}`];
    }
  };
}

// The functions take an empty text for none at all.
function isOf(type: "text" | "a number", value: unknown): boolean {
  return type === "text"
    ? typeof value === "string" && value.trim() !== ""
    : typeof value === "number";
}

const required = [
  settingNames.appIdParameter,
  settingNames.cluster,
  settingNames.codeBuildProject,
  settingNames.ledgerTable,
  settingNames.owners,
  settingNames.privateKeyParameter,
  settingNames.queueUrl,
  settingNames.securityGroups,
  settingNames.subnets,
];

// Beside them, nothing but the setting in question can be at fault.
const others = {
  ...Object.fromEntries(required.map((name) => [name, "given"])),
  [settingNames.images]: '{"default":{}}',
};
