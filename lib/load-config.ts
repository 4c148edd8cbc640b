import { quote, shorten } from "../functions/core/label-text.ts";
import type { TornadeConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";

/**
 * The config in tornade.config.ts, which `load` imports.
 * @throws {ConfigError} where Node cannot run the file: in one line, which says where
 */
export async function loadConfig(
  load: () => Promise<{ readonly config?: TornadeConfig }>,
): Promise<TornadeConfig> {
  const { config } = await load().catch((error: unknown) => {
    throw toConfigError(error);
  });
  if (config !== undefined) return config;
  throw new ConfigError([
    "tornade.config.ts should export the config, got no export of that name; begin it with export const config",
  ]);
}

const notFound = /^Cannot find (?:module|package) '([^']+)' imported from (.+)$/u;

// What went wrong elsewhere is no mistake in the file, and its stack is of use.
function toConfigError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, missing = "", importer = ""] = notFound.exec(error.message) ?? [];
  if (missing.endsWith("/tornade.config.ts")) {
    return new ConfigError([
      "tornade.config.ts should be in the folder where cdk runs, got no such file; take back the one that tornade came with",
    ]);
  }
  if (importer.endsWith("/tornade.config.ts")) {
    return new ConfigError([
      `tornade.config.ts should import what there is, got ${quote(missing)}, which there is not; mend the path, or install the package`,
    ]);
  }
  const [, line] = /tornade\.config\.ts:(\d+)/u.exec(error.stack ?? "") ?? [];
  if (line === undefined) return error;
  const [what = ""] = error.message.split("\n");
  return new ConfigError([
    `tornade.config.ts should be TypeScript that Node can run, got a mistake in line ${line}: ${shorten(what, 200)}; mend that line, or the one before it`,
  ]);
}
