import type { SQSClientConfig } from "@aws-sdk/client-sqs";

import type { Log } from "../core/log.ts";
import { AwsRequestHandler } from "./aws-request-handler.ts";
import { createJsonLog } from "./json-log.ts";
import { createNodeFetch, type Fetch } from "./node-fetch.ts";
import type { Platform } from "./platform.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Everything outside of a function. The simulator and local mode run the same functions in other
 * surroundings: many instances in one process, on a virtual clock, without sockets.
 */
export type Surroundings = {
  readonly env: Environment;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Carries the requests of every AWS client. */
  readonly requestHandler: NonNullable<SQSClientConfig["requestHandler"]>;
  /** What every AWS client does in another way than usual, at every request. @default nothing */
  readonly awsClients?: Pick<SQSClientConfig, "signer" | "defaultUserAgentProvider">;
  /** Carries the requests to GitHub. */
  readonly fetch: Fetch;
  readonly log: Log;
  /** Takes the place of AWS, which is then asked for nothing. @default AWS */
  readonly platform?: Platform;
};

/** Milliseconds one request may take: well below the functions' timeout of 15 s, retry included. */
const requestTimeout = 4_000;

/** The surroundings of a deployed function; no other of its code reads `process.env`. */
export function createLambdaSurroundings(): Surroundings {
  return {
    env: process.env,
    now: Date.now,
    random: Math.random,
    requestHandler: new AwsRequestHandler(requestTimeout),
    fetch: createNodeFetch(requestTimeout),
    log: createJsonLog((line) => process.stdout.write(line)),
  };
}
