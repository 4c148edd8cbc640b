import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

import { settingNames } from "../functions/adapters/settings.ts";
import type { Environment } from "../functions/adapters/surroundings.ts";
import { CommandError } from "./command-error.ts";
import { secretNames } from "./local-platform.ts";
import { isRsaKey } from "./rsa-key.ts";

/** Names the file that has the App's private key, where no variable has the key itself. */
const keyFileVariable = "GITHUB_PRIVATE_KEY_FILE";

/**
 * The settings of a dispatcher for the real GitHub: the environment, and what it lacks from `.env`.
 * @throws {CommandError} naming the first one that is missing or wrong
 */
export function readLiveEnvironment(given: Environment, file = ".env"): Environment {
  const env = { ...readFile(file), ...given };
  for (const name of [secretNames.appId, secretNames.webhookSecret, settingNames.owners]) {
    if (isMissing(env, name)) throw missing(name, advice[name]);
  }
  return { ...env, [secretNames.privateKey]: readKey(env) };
}

const advice = {
  [secretNames.appId]: "the number that the App's page shows",
  [secretNames.webhookSecret]: "the secret that the App's page was given",
  [settingNames.owners]: "who may have runners, with commas between",
} as const;

function readFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

function isMissing(env: Environment, name: string): boolean {
  return (env[name]?.trim() ?? "") === "";
}

function missing(name: string, what: string): CommandError {
  return new CommandError(`${name} is not set; set it to ${what}, in the environment or in .env`);
}

function readKey(env: Environment): string {
  // One line is all that some tools can keep in a variable.
  const text = isMissing(env, secretNames.privateKey)
    ? readKeyFile(env)
    : (env[secretNames.privateKey] ?? "").replaceAll(String.raw`\n`, "\n");
  if (isRsaKey(text)) return text;
  throw new CommandError(
    `${secretNames.privateKey} is not an RSA private key in PEM form; use the .pem file that GitHub gave for the App, with ${keyFileVariable}`,
  );
}

function readKeyFile(env: Environment): string {
  const path = env[keyFileVariable]?.trim() ?? "";
  if (path === "") throw missing(keyFileVariable, "the .pem file that GitHub gave for the App");
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new CommandError(`${keyFileVariable} '${path}' cannot be read; name the App's .pem file`);
  }
}
