import { parseArgs } from "node:util";

import { type HelpCommand, parseFlags } from "./parse-flags.ts";
import { readServeOptions, serveFlags, type ServeOptions } from "./serve-flags.ts";

/** Only the simulated AWS and GitHub. */
export type SimulatorCommand = ServeOptions & { readonly name: "simulator" };

/**
 * Reads the flags of `simulator`.
 * @throws {CommandError} for a flag that is not understood, or a value that does not do
 */
export function readSimulator(args: readonly string[]): SimulatorCommand | HelpCommand {
  const flags = parseFlags(
    () => parseArgs({ args: [...args], options: serveFlags }).values,
    serveFlags,
  );
  if (flags.help === true) return { name: "help", about: "simulator" };
  return { name: "simulator", ...readServeOptions(flags, 4566) };
}
