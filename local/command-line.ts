import type { Environment } from "../functions/adapters/surroundings.ts";
import { CommandError } from "./command-error.ts";
import type { HelpCommand } from "./commands/parse-flags.ts";
import { readRedrive, type RedriveCommand } from "./commands/redrive-flags.ts";
import { readSimulate, type SimulateCommand } from "./commands/simulate-flags.ts";
import { readSimulator, type SimulatorCommand } from "./commands/simulator-flags.ts";
import {
  type ContainersCommand,
  type LiveCommand,
  readStart,
  type StartCommand,
} from "./commands/start-flags.ts";

/** What can be typed behind `tornade`, with its flags. */
export type Command =
  | StartCommand
  | ContainersCommand
  | LiveCommand
  | SimulatorCommand
  | SimulateCommand
  | RedriveCommand
  | HelpCommand;

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
