import type { Environment } from "../functions/adapters/surroundings.ts";
import { CommandError } from "./command-error.ts";
import { type Command, readCommand } from "./command-line.ts";
import { startContainers } from "./commands/containers.ts";
import { startLive } from "./commands/live.ts";
import { runRedrive } from "./commands/redrive.ts";
import { runSimulate } from "./commands/simulate.ts";
import { runSimulator } from "./commands/simulator.ts";
import { start } from "./commands/start.ts";
import type { Output } from "./output.ts";
import { describeUsage } from "./usage.ts";

/** Runs one command to its end. @returns the exit code: 2 for a mistake on the command line */
export async function runCommand(
  args: readonly string[],
  output: Output,
  env: Environment = {},
): Promise<number> {
  try {
    const command = readCommand(args, env);
    return await carryOut(command, { output, env });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    output.stderr.write(`tornade: ${error.message}\n`);
    return 2;
  }
}

type Place = { readonly output: Output; readonly env: Environment };

async function carryOut(command: Command, { output, env }: Place): Promise<number> {
  switch (command.name) {
    case "help":
      output.stdout.write(describeUsage(command.about));
      return 0;
    case "start":
      return start(command, output);
    case "containers":
      return startContainers(command, output, env);
    case "live":
      return startLive(command, output, env);
    case "simulator":
      return runSimulator(command, output);
    case "simulate":
      return runSimulate(command, output);
    case "redrive":
      return runRedrive(command, output);
  }
}
