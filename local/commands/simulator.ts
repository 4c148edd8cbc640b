import { once } from "node:events";

import { settingNames } from "../../functions/adapters/settings.ts";
import { serve } from "../../simulator/http-front.ts";
import { createServices } from "../../simulator/services.ts";
import { realTimeline } from "../../simulator/timeline.ts";
import { demoRepository } from "../demo.ts";
import type { Output } from "../output.ts";
import { toCommandError } from "../server.ts";
import type { SimulatorCommand } from "./simulator-flags.ts";

/** Serves only the simulated AWS and GitHub until it is interrupted; tells how to talk to them. */
export async function runSimulator(
  { port, ...secrets }: SimulatorCommand,
  { stdout }: Output,
): Promise<number> {
  const services = createServices({
    ...secrets,
    timeline: realTimeline,
    random: Math.random,
    // Nobody listens for webhooks here; GitHub records them as failed, and redelivers on request.
    deliver: async () => ({ status: 502 }),
  });
  services.gitHub.addRepository({ fullName: demoRepository, private: true });
  const { aws, gitHub, account } = services;
  const front = await serve({ aws: aws.handle, gitHub: gitHub.handle, port }).catch(
    (error: NodeJS.ErrnoException) => {
      throw toCommandError(error, port);
    },
  );
  stdout.write(describe(`http://127.0.0.1:${front.port}`, account.env));
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await front.close();
  return 0;
}

function describe(url: string, env: Readonly<Record<string, string | undefined>>): string {
  const settings = Object.entries({
    ...env,
    // boto3 and version 1 of the AWS CLI know the region by this name only.
    AWS_DEFAULT_REGION: env["AWS_REGION"],
    AWS_ENDPOINT_URL: url,
    [settingNames.gitHubApiUrl]: `${url}/github`,
  });
  return [
    `AWS is at ${url}, GitHub's API at ${url}/github. What a deployment creates is there:`,
    "",
    ...settings.map(([name, value]) => `export ${name}='${value ?? ""}'`),
    "",
    "aws ssm get-parameter --name /tornade/private-key --with-decryption   # the App's key",
    "aws ecs list-tasks --cluster tornade",
    "",
  ].join("\n");
}
