import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import type { Environment } from "../functions/adapters/surroundings.ts";
import { CommandError, parseFlags } from "./parse-flags.ts";
import { readRedrive, type RedriveCommand } from "./redrive-flags.ts";
import { readSimulate, type SimulateCommand } from "./simulate-flags.ts";

export { CommandError } from "./parse-flags.ts";
export type { RedriveCommand } from "./redrive-flags.ts";
export type { SimulateCommand } from "./simulate-flags.ts";

/** What a command was given; a secret or key that was not given is made anew. */
export type ServeOptions = {
  readonly port: number;
  readonly webhookSecret?: string;
  /** PEM. */
  readonly privateKey?: string;
};

export type StartCommand = ServeOptions & {
  readonly name: "start";
  readonly once: boolean;
  readonly json: boolean;
};

export type SimulatorCommand = ServeOptions & { readonly name: "simulator" };

export type Command =
  | StartCommand
  | SimulatorCommand
  | SimulateCommand
  | RedriveCommand
  | { readonly name: "help" };

const serveFlags = {
  help: { type: "boolean", short: "h" },
  port: { type: "string" },
  "private-key": { type: "string" },
  "webhook-secret": { type: "string" },
} as const;

const startFlags = { ...serveFlags, json: { type: "boolean" }, once: { type: "boolean" } } as const;

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

function readStart(args: readonly string[]): Command {
  const flags = parseFlags(
    () => parseArgs({ args: [...args], options: startFlags }).values,
    startFlags,
  );
  if (flags.help === true) return { name: "help" };
  const { once = false, json = false } = flags;
  return { name: "start", once, json, ...readServeOptions(flags, 3000) };
}

function readSimulator(args: readonly string[]): Command {
  const flags = parseFlags(
    () => parseArgs({ args: [...args], options: serveFlags }).values,
    serveFlags,
  );
  if (flags.help === true) return { name: "help" };
  return { name: "simulator", ...readServeOptions(flags, 4566) };
}

type ServeFlags = {
  readonly port?: string | undefined;
  readonly "private-key"?: string | undefined;
  readonly "webhook-secret"?: string | undefined;
};

function readServeOptions(flags: ServeFlags, defaultPort: number): ServeOptions {
  const { "private-key": keyFile, "webhook-secret": secret } = flags;
  return {
    port: readPort(flags.port ?? String(defaultPort)),
    ...(keyFile === undefined ? {} : { privateKey: readPrivateKey(keyFile) }),
    ...(secret === undefined ? {} : { webhookSecret: readSecret(secret) }),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port <= 65_535) return port;
  throw new CommandError(
    `--port should be a number from 0 to 65535, got '${text}'; 0 takes a free one`,
  );
}

function readSecret(secret: string): string {
  if (/^[!-~]{8,256}$/u.test(secret)) return secret;
  throw new CommandError(
    `--webhook-secret should be 8 to 256 visible ASCII characters without spaces, got ${secret.length}; make one with 'openssl rand -hex 32'`,
  );
}

function readPrivateKey(file: string): string {
  const pem = readKeyFile(file);
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return pem;
  } catch {
    // Told below, like a key of another kind.
  }
  throw new CommandError(
    `--private-key '${file}' is not an RSA private key in PEM form; use the .pem file that GitHub gave for the App`,
  );
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new CommandError(
      `--private-key '${file}' cannot be read; make one with 'openssl genrsa -out ${file} 2048'`,
    );
  }
}
