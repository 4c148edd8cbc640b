import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { encodeEnvelope } from "../functions/core/envelope.ts";
import { bundleFunction } from "../scripts/bundle-function.ts";
import { serve } from "../simulator/http-front.ts";
import { createServices, type Services } from "../simulator/services.ts";
import { realTimeline } from "../simulator/timeline.ts";
import { jobEnvelope, queuedJob } from "./core/builders.ts";
import { imageEnv, imageProject } from "./support/image-world.ts";
import { privateKey } from "./support/test-world.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-bundles-"));

beforeAll(async () => {
  await bundleFunction("launch-runner", join(folder, "launch-runner"));
  await bundleFunction("reconcile", join(folder, "reconcile"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Settings = Readonly<Record<string, string>>;

/** What a bundled function logs and answers, in a process of its own, over HTTP. */
async function runBundle(
  name: "launch-runner" | "reconcile",
  { services, event, settings }: { services: Services; event: unknown; settings: Settings },
): Promise<string> {
  const { aws, gitHub, account } = services;
  const front = await serve({ aws: aws.handle, gitHub: gitHub.handle, port: 0 });
  const url = `http://127.0.0.1:${front.port}`;
  const env = { ...account.env, AWS_ENDPOINT_URL: url, GITHUB_API_URL: `${url}/github` };
  const entry = JSON.stringify(join(folder, name, "index.mjs"));
  const script = `const { handler } = await import(${entry});
    console.log(JSON.stringify(await handler(${JSON.stringify(event)})));`;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...env, ...settings },
  });
  await front.close();
  return stdout;
}

function startServices(): Services {
  return createServices({
    timeline: realTimeline,
    random: Math.random,
    privateKey,
    deliver: async () => ({ status: 202 }),
  });
}

/** What the bundled launch-runner makes of messages about jobs with these labels. */
async function launch(labels: readonly (readonly string[])[], settings: Settings = {}) {
  const services = startServices();
  const { id } = services.gitHub.addRepository({ fullName: "acme/app", private: true });
  const repository = { ...queuedJob().repository, id, fullName: "acme/app", owner: "acme" };
  const bodies = labels.map((own) =>
    encodeEnvelope(
      jobEnvelope({
        job: queuedJob({ labels: ["tornade", ...own], repository }),
        receivedAt: Date.now(),
      }),
    ),
  );
  const event = { Records: bodies.map((body, index) => toRecord(body, index)) };
  return { services, log: await runBundle("launch-runner", { services, event, settings }) };
}

function toRecord(body: string, index: number) {
  const attributes = { ApproximateReceiveCount: "1" };
  return { messageId: `m${index}`, receiptHandle: `r${index}`, body, attributes };
}

describe("the bundled launch-runner", () => {
  it("launches a job once, although its message came twice", async () => {
    const { services, log } = await launch([["arch=ARM64"], ["arch=ARM64"]]);

    expect(log).toContain('{"batchItemFailures":[]}');
    expect(log).toContain('"message":"job has a runner"');
    expect(services.gitHub.runners()).toMatchObject([{ labels: ["tornade", "arch=ARM64"] }]);
  });

  it.each([
    ["ECS", ["runs-on=FARGATE"], { TORNADE_CLUSTER: "another" }, "ClusterNotFoundException"],
    [
      "CodeBuild",
      ["runs-on=CODEBUILD"],
      { TORNADE_CODEBUILD_PROJECT: "another" },
      "ResourceNotFoundException",
    ],
    ["DynamoDB", [], { TORNADE_LEDGER_TABLE: "another" }, '"name":"ResourceNotFoundException"'],
  ])(
    "names an error of %s although it leaves out its class",
    async (...[, labels, settings, name]) => {
      const { log } = await launch([labels], settings);

      expect(log).toContain(name);
    },
  );
});

describe("the bundled reconcile", () => {
  it("starts the build of an image that ECR does not have", async () => {
    const services = startServices();
    services.aws.ecr.createRepository(imageProject);
    services.aws.codeBuild.createProject({ name: imageProject });
    const log = await runBundle("reconcile", { services, event: {}, settings: imageEnv("one") });

    expect(log).toContain('"message":"image build started"');
  });

  it("names an error of ECR although it leaves out its class", async () => {
    const services = startServices();
    const log = await runBundle("reconcile", { services, event: {}, settings: imageEnv("one") });

    expect(log).toContain('"name":"RepositoryNotFoundException"');
  });
});
