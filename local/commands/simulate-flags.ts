import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { messageOf } from "../../functions/core/errors.ts";
import {
  type EpisodeKind,
  episodeNames,
  isEpisodeKind,
} from "../../simulator/simulation/episodes.ts";
import { readFaultNames } from "../../simulator/simulation/fault-rates.ts";
import { sabotages } from "../../simulator/simulation/sabotage.ts";
import type { SimulateOptions } from "../../simulator/simulation/simulate.ts";
import { CommandError } from "../command-error.ts";
import { type HelpCommand, parseFlags } from "./parse-flags.ts";

/** Runs on a virtual clock, with faults. */
export type SimulateCommand = Omit<SimulateOptions, "onProgress"> & {
  readonly name: "simulate";
  /** How many seeds are simulated, one after another from `seed` on. */
  readonly seeds: number;
  readonly json: boolean;
};

const flags = {
  help: { type: "boolean", short: "h" },
  jobs: { type: "string" },
  seed: { type: "string" },
  seeds: { type: "string" },
  faults: { type: "string" },
  workload: { type: "string" },
  sabotage: { type: "string" },
  trace: { type: "string" },
  json: { type: "boolean" },
} as const;

/** A fresh seed is below this, so that it is easy to copy by hand. */
const seedLimit = 1_000_000;

/**
 * Reads the flags of `simulate`.
 * @throws {CommandError} for a name or a number that is none
 */
export function readSimulate(args: readonly string[]): SimulateCommand | HelpCommand {
  const given = parseFlags(() => parseArgs({ args: [...args], options: flags }).values, flags);
  if (given.help === true) return { name: "help", about: "simulate" };
  const {
    jobs = "1000",
    seed = String(randomInt(1, seedLimit)),
    seeds = "1",
    json = false,
  } = given;
  return {
    name: "simulate",
    jobs: readNumber("--jobs", jobs, 1),
    seed: readNumber("--seed", seed, 0),
    seeds: readNumber("--seeds", seeds, 1),
    faults: readFaults(given.faults ?? "all"),
    json,
    ...(given.workload === undefined ? {} : { workload: readWorkload(given.workload) }),
    ...(given.sabotage === undefined ? {} : { sabotage: readSabotage(given.sabotage) }),
    ...(given.trace === undefined ? {} : { trace: readTrace(given.trace, seeds) }),
  };
}

function readNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new CommandError(`${flag} should be a whole number from ${least} on, got '${text}'`);
}

// Equal ids are of other jobs with another seed.
function readTrace(text: string, seeds: string): number {
  const trace = readNumber("--trace", text, 1);
  if (Number(seeds) === 1) return trace;
  throw new CommandError(
    `--trace is about a job of one run, got '${seeds}' for --seeds; leave one of them out`,
  );
}

function readFaults(list: string): SimulateCommand["faults"] {
  try {
    return readFaultNames(list);
  } catch (error) {
    throw new CommandError(`--faults: ${messageOf(error)}`);
  }
}

function readWorkload(name: string): EpisodeKind {
  if (isEpisodeKind(name)) return name;
  throw new CommandError(
    `--workload '${name}' is unknown; use one of ${episodeNames.join(", ")}, or leave it out for a mix`,
  );
}

function readSabotage(name: string): string {
  if (Object.hasOwn(sabotages, name)) return name;
  throw new CommandError(
    `--sabotage '${name}' is unknown; use one that 'npm run simulate -- --help' lists`,
  );
}
