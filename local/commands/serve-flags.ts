import { readFileSync } from "node:fs";

import { CommandError } from "../command-error.ts";
import { isRsaKey } from "../rsa-key.ts";

/** What a command was given; a secret or key that was not given is made anew. */
export type ServeOptions = {
  readonly port: number;
  readonly webhookSecret?: string;
  /** PEM. */
  readonly privateKey?: string;
};

/** The flags of every command that serves HTTP. */
export const serveFlags = {
  help: { type: "boolean", short: "h" },
  port: { type: "string" },
  "private-key": { type: "string" },
  "webhook-secret": { type: "string" },
} as const;

type ServeFlags = {
  readonly port?: string | undefined;
  readonly "private-key"?: string | undefined;
  readonly "webhook-secret"?: string | undefined;
};

/**
 * Reads the flags that start and simulator share.
 * @throws {CommandError} for a value that does not do
 */
export function readServeOptions(flags: ServeFlags, defaultPort: number): ServeOptions {
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
  if (isRsaKey(pem)) return pem;
  throw new CommandError(
    `--private-key '${file}' is not an RSA private key in PEM form; use the .pem file that GitHub gave for the App`,
  );
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`--private-key '${file}' ${describeUnread(error, file)}`);
  }
}

// To have openssl write there is advice only where nothing is.
function describeUnread(error: unknown, file: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
  if (code === "EISDIR") return "is a folder; name the .pem file in it";
  if (code !== "ENOENT") return `cannot be read (${code}); name a file that can`;
  return `cannot be read; make one with 'openssl genrsa -out ${file} 2048'`;
}
