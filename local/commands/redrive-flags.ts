import { parseArgs } from "node:util";

import { settingNames } from "../../functions/adapters/settings.ts";
import type { Environment } from "../../functions/adapters/surroundings.ts";
import { CommandError } from "../command-error.ts";
import { type HelpCommand, parseFlags } from "./parse-flags.ts";

/** Dead letters back to the job queue. */
export type RedriveCommand = {
  readonly name: "redrive";
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Where AWS is, if not where the queues are. */
  readonly endpoint?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
};

const flags = {
  help: { type: "boolean", short: "h" },
  queue: { type: "string" },
  "dead-letter-queue": { type: "string" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
} as const;

/**
 * Reads the flags of `redrive`; queues that are not given are those of the environment.
 * @throws {CommandError} for a queue that is missing or none, and for an endpoint that is none
 */
export function readRedrive(
  args: readonly string[],
  env: Environment,
): RedriveCommand | HelpCommand {
  const given = parseFlags(() => parseArgs({ args: [...args], options: flags }).values, flags);
  if (given.help === true) return { name: "help", about: "redrive" };
  const queueUrl = readQueueUrl("queue", given.queue, env);
  const deadLetterQueueUrl = readQueueUrl("dead-letter-queue", given["dead-letter-queue"], env);
  if (queueUrl === deadLetterQueueUrl) {
    throw new CommandError(
      `--queue and --dead-letter-queue should be two queues, got '${queueUrl}' twice`,
    );
  }
  const { AWS_ENDPOINT_URL: endpoint = "" } = env;
  if (endpoint !== "" && !URL.canParse(endpoint)) {
    throw new CommandError(
      `AWS_ENDPOINT_URL should be a URL, got '${endpoint}'; unset it, unless AWS is simulated`,
    );
  }
  const { "dry-run": dryRun = false, json = false } = given;
  const place = endpoint === "" ? {} : { endpoint };
  return { name: "redrive", queueUrl, deadLetterQueueUrl, ...place, dryRun, json };
}

const settings = {
  queue: settingNames.queueUrl,
  "dead-letter-queue": settingNames.deadLetterQueueUrl,
} as const;

function readQueueUrl(
  flag: keyof typeof settings,
  given: string | undefined,
  env: Environment,
): string {
  const url = given ?? env[settings[flag]];
  if (url === undefined || url === "") {
    throw new CommandError(`--${flag} is missing; give the queue's URL or set ${settings[flag]}`);
  }
  if (/^https?:\/\/[^/?#\s]+\/\d{12}\/[\w-]{1,80}$/u.test(url)) return url;
  throw new CommandError(
    `--${flag} should be the URL of a standard queue, got '${url}'; 'aws sqs list-queues' shows them`,
  );
}
