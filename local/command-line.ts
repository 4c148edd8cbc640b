import { parseArgs } from "node:util";

import type { Environment } from "../functions/adapters/surroundings.ts";
import { CommandError, parseFlags } from "./parse-flags.ts";
import { readRedrive, type RedriveCommand } from "./redrive-flags.ts";
import { readServeOptions, serveFlags, type ServeOptions } from "./serve-flags.ts";
import { readSimulate, type SimulateCommand } from "./simulate-flags.ts";
import {
  type ContainersCommand,
  type LiveCommand,
  readStart,
  type StartCommand,
} from "./start-flags.ts";

export { CommandError } from "./parse-flags.ts";
export type { RedriveCommand } from "./redrive-flags.ts";
export type { SimulateCommand } from "./simulate-flags.ts";
export type { ContainersCommand, LiveCommand, StartCommand } from "./start-flags.ts";

export type SimulatorCommand = ServeOptions & { readonly name: "simulator" };

export type Command =
  | StartCommand
  | ContainersCommand
  | LiveCommand
  | SimulatorCommand
  | SimulateCommand
  | RedriveCommand
  | { readonly name: "help" };

/**
 * Reads what was typed behind `tornade`.
 * @throws {CommandError} saying what is wrong and what to do
 */
export function readCommand(
  [name = "help", ...args]: readonly string[],
  env: Environment = {},
): Command {
  if (name === "start") return readStart(args);
  if (name === "simulator") return readSimulator(args);
  if (name === "simulate") return readSimulate(args);
  if (name === "redrive") return readRedrive(args, env);
  if (name === "help" || name === "--help" || name === "-h") return { name: "help" };
  throw new CommandError(
    `command '${name}' is unknown; use start, simulator, simulate, redrive or help`,
  );
}

function readSimulator(args: readonly string[]): Command {
  const flags = parseFlags(
    () => parseArgs({ args: [...args], options: serveFlags }).values,
    serveFlags,
  );
  if (flags.help === true) return { name: "help" };
  return { name: "simulator", ...readServeOptions(flags, 4566) };
}
