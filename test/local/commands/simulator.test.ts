import { readFileSync } from "node:fs";

import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";

import { runCommand } from "../run-command.ts";

describe("docs/simulator.md", () => {
  it("sets the region for every tool that it names", () => {
    const page = readFileSync("docs/simulator.md", "utf8");
    expect(page).toMatch(/^export .*AWS_REGION=eu-west-1.*AWS_DEFAULT_REGION=eu-west-1\b/mu);
  });
});

describe("npm run simulator", { timeout: 60_000 }, () => {
  it("serves AWS at / and GitHub at /github, and ends when interrupted", async () => {
    const command = runCommand("simulator", "--port", "0");
    const printed = await command.untilOutput(/list-tasks.*\n/u);
    const endpoint = /AWS is at (\S+),/u.exec(printed)?.[1] ?? "";
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const config = { endpoint, region: "eu-west-1", credentials };

    const tasks = await new ECSClient(config).send(new ListTasksCommand({ cluster: "tornade" }));
    const key = await new SSMClient(config).send(
      new GetParameterCommand({ Name: "/tornade/private-key", WithDecryption: true }),
    );
    const app = await fetch(`${endpoint}/github/app`);
    command.child.kill("SIGINT");

    // boto3 and version 1 of the AWS CLI read the second, the SDKs and version 2 the first.
    expect(printed).toContain("export AWS_REGION='eu-west-1'\n");
    expect(printed).toContain("export AWS_DEFAULT_REGION='eu-west-1'\n");
    expect(tasks.taskArns).toEqual([]);
    expect(key.Parameter?.Value).toContain("-----BEGIN RSA PRIVATE KEY-----");
    expect(app.status).toBe(401);
    expect(await command.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
