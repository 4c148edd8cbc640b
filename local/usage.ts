import { episodeNames } from "../simulator/simulation/episodes.ts";
import { faultsByFamily } from "../simulator/simulation/fault-rates.ts";
import { sabotages } from "../simulator/simulation/sabotage.ts";
import { wrap } from "./wrap.ts";

const commands = {
  start: ["npm start -- [options]", "the dispatcher on this machine, with a demo"],
  simulator: ["npm run simulator -- [options]", "only the simulated AWS and GitHub"],
  simulate: ["npm run simulate -- [options]", "checks its promises, on a virtual clock"],
  redrive: ["npx tornade redrive [options]", "brings dead letters back to the job queue"],
} as const;

/** A command with options of its own. */
export type CommandName = keyof typeof commands;

const secrets = `  --private-key FILE       the App's private key, PEM (default: a new one)
  --webhook-secret TEXT    what deliveries are signed with (default: a new one)`;

const options = {
  start: `
  --port NUMBER            where to listen on 127.0.0.1 (3000)
${secrets}
  --once                   end after the demo, with 0 if all went as it should
  --json                   one JSON object a line instead of the picture
  --containers             the demo in real containers of Docker or podman
  --live                   the real GitHub, runners in containers
  --image NAME             the image of the containers
  --smee URL               where webhooks of the real GitHub are fetched from
  --state FOLDER           folder of queue and ledger (.tornade)
`,
  simulator: `
  --port NUMBER            where to listen on 127.0.0.1 (4566)
${secrets}
`,
  simulate: `
  --jobs NUMBER            how many jobs are queued (1000)
  --seed NUMBER            equal seeds give equal runs (default: a fresh one)
  --seeds NUMBER           how many seeds, one after another from that on (1)
  --faults LIST            faults, families or none, with commas between (all)
  --workload NAME          one kind of episode instead of a mix of all
  --sabotage NAME          switches one rule off: a violation should follow
  --trace JOB_ID           tells all that happened to one job
  --json                   the report as one JSON object
`,
  redrive: `
  --queue URL              the job queue (TORNADE_QUEUE_URL)
  --dead-letter-queue URL  the queue behind it (TORNADE_DEAD_LETTER_QUEUE_URL)
  --dry-run                only list what is there
  --json                   the report as one JSON object

It ends with 1 when something has to stay or is hidden, else with 0.
`,
} as const satisfies Record<CommandName, string>;

/** What can be typed behind `tornade`, or behind one of its commands. */
export function describeUsage(command?: CommandName): string {
  if (command === undefined) return `${describeCommands().join("\n")}\n`;
  const [line, purpose] = commands[command];
  const names = command === "simulate" ? `\n${describeNames().join("\n")}\n` : "";
  return `usage: ${line}\n${purpose}\n${options[command]}${names}`;
}

function describeCommands(): readonly string[] {
  const lines = Object.values(commands).map(([line, purpose]) => `  ${line.padEnd(34)}${purpose}`);
  return ["usage:", ...lines, "", "--help behind any of them shows its options"];
}

function describeNames(): readonly string[] {
  const faults = Object.entries(faultsByFamily()).flatMap(([family, names]) => [
    `  ${family}`,
    ...list(names),
  ]);
  const others = { workloads: episodeNames, sabotages: Object.keys(sabotages) };
  const lists = Object.entries(others).flatMap(([what, names]) => ["", what, ...list(names)]);
  return ["faults of each family", ...faults, ...lists];
}

function list(names: readonly string[]): readonly string[] {
  return wrap(names.join(", ").split(/(?<= )/u), { indent: 4 });
}
