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

const usage = `usage: npm start -- [options]             the dispatcher on this machine, with a demo
       npm run simulator -- [options]     only the simulated AWS and GitHub
       npm run simulate -- [options]      checks its promises, on a virtual clock
       npx tornade redrive [options]      brings dead letters back to the job queue, after a fix

options of start and simulator
  --port NUMBER            where to listen on 127.0.0.1 (3000, the simulator 4566)
  --private-key FILE       the App's private key, PEM (default: a new one)
  --webhook-secret TEXT    what deliveries are signed with (default: a new one)
  --help                   show this

options of start
  --once                   end after the demo; exit code 0 if every job got where it should
  --json                   one JSON object a line instead of the picture
  --containers             runners in real containers of Docker or podman, until the demo is over
  --live                   the real GitHub, and runners in containers (docs/one-machine.md)
  --image NAME             the image of the containers
  --smee URL               where webhooks of the real GitHub are fetched from
  --state FOLDER           folder of queue and ledger (.tornade)

options of simulate
  --jobs NUMBER            how many jobs are queued (1000)
  --seed NUMBER            equal seeds give equal runs (default: a fresh one)
  --seeds NUMBER           how many seeds, one after another from that on (1)
  --faults LIST            all, none, or names of faults with commas between (all)
  --sabotage NAME          switches one rule of tornade off: a violation should follow
  --trace JOB_ID           tells all that happened to one job
  --json                   the report as one JSON object

options of redrive, which ends with 1 when something has to stay or is hidden, else with 0
  --queue URL              the job queue (TORNADE_QUEUE_URL)
  --dead-letter-queue URL  the queue behind it (TORNADE_DEAD_LETTER_QUEUE_URL)
  --dry-run                only list what is there
  --json                   the report as one JSON object
`;

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
      output.stdout.write(usage);
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
