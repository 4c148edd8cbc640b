import { SQSClient } from "@aws-sdk/client-sqs";

import { messageOf } from "../functions/core/errors.ts";
import { CommandError } from "./command-error.ts";

type Place = {
  readonly queueUrl: string;
  /** Where AWS is, if not where the queues are. */
  readonly endpoint?: string;
};

/**
 * The client of the two queues. Credentials are those that the AWS command line would find; place and
 * region are the queue's.
 * @throws {CommandError} where there is no way to find them, before anything is asked
 */
export async function openClient({ queueUrl, endpoint }: Place): Promise<SQSClient> {
  const { host, origin } = new URL(queueUrl);
  const [, region] = /(?:^|\.)([a-z]{2}(?:-[a-z]+)+-\d)\./u.exec(host) ?? [];
  const client = new SQSClient({
    userAgentAppId: "tornade",
    endpoint: endpoint ?? origin,
    ...(region === undefined ? {} : { region }),
  });
  const { config } = client;
  await need(config.region, "the region of the queues", "set AWS_REGION");
  const advice = "log in as for the AWS command line, or set AWS_PROFILE";
  await need(config.credentials, "credentials of AWS", advice);
  return client;
}

async function need(find: () => Promise<unknown>, what: string, advice: string): Promise<void> {
  try {
    await find();
  } catch (error) {
    // The SDK's chains of providers tell of several tries in as many lines.
    const reason = messageOf(error).replaceAll(/\s+/gu, " ").replace(/\.$/u, "");
    throw new CommandError(`${what} cannot be found: ${reason}; ${advice}`);
  }
}
