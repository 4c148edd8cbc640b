import { parseArgs } from "node:util";

import { CommandError } from "../command-error.ts";
import { type HelpCommand, parseFlags } from "./parse-flags.ts";
import { readServeOptions, serveFlags, type ServeOptions } from "./serve-flags.ts";

/** The demo with simulated machines. */
export type StartCommand = ServeOptions & {
  readonly name: "start";
  readonly once: boolean;
  readonly json: boolean;
};

/** The demo with real containers. */
export type ContainersCommand = {
  readonly name: "containers";
  readonly json: boolean;
  readonly image?: string;
};

/** The dispatcher for the real GitHub. */
export type LiveCommand = {
  readonly name: "live";
  readonly port: number;
  readonly image?: string;
  /** Where webhooks are fetched from when GitHub cannot reach this machine. */
  readonly smee?: string;
  /** The folder that outlives the process. */
  readonly state: string;
};

const startFlags = {
  ...serveFlags,
  json: { type: "boolean" },
  once: { type: "boolean" },
  containers: { type: "boolean" },
  live: { type: "boolean" },
  image: { type: "string" },
  smee: { type: "string" },
  state: { type: "string" },
} as const;

/** Which flags a way to start has; the others would do nothing. */
const ways = {
  start: ["port", "private-key", "webhook-secret", "json", "once"],
  containers: ["containers", "json", "image"],
  live: ["live", "port", "image", "smee", "state"],
} as const;

/**
 * Reads the flags of start.
 * @throws {CommandError} for a flag that is not understood, or does not go with the others
 */
export function readStart(
  args: readonly string[],
): ContainersCommand | LiveCommand | StartCommand | HelpCommand {
  const flags = parseFlags(
    () => parseArgs({ args: [...args], options: startFlags }).values,
    startFlags,
  );
  if (flags.help === true) return { name: "help", about: "start" };
  const way = flags.live === true ? "live" : flags.containers === true ? "containers" : "start";
  checkFlags(way, Object.keys(flags));
  const { once = false, json = false, image, smee, state = ".tornade" } = flags;
  const images = image === undefined ? {} : { image };
  if (way === "start") return { name: way, once, json, ...readServeOptions(flags, 3000) };
  if (way === "containers") return { name: way, json, ...images };
  const { port } = readServeOptions({ port: flags.port }, 3000);
  return { name: way, port, state, ...images, ...(smee === undefined ? {} : readSmee(smee)) };
}

function checkFlags(way: keyof typeof ways, given: readonly string[]): void {
  const allowed: readonly string[] = ways[way];
  const wrong = given.find((flag) => !allowed.includes(flag));
  if (wrong === undefined) return;
  const place = way === "start" ? "without --containers and --live" : `with --${way}`;
  const list = allowed.map((flag) => `--${flag}`).join(", ");
  throw new CommandError(`--${wrong} is not understood ${place}; use ${list}`);
}

function readSmee(url: string): { readonly smee: string } {
  if (/^https?:\/\/\S+\/\S+$/u.test(url)) return { smee: url };
  throw new CommandError(
    `--smee should be the URL of a channel, got '${url}'; https://smee.io/new makes one`,
  );
}
