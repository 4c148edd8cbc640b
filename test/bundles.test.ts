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
import { privateKey } from "./support/test-world.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-bundles-"));

beforeAll(async () => {
  await bundleFunction("launch-runner", folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the bundled launch-runner makes of messages, in a process of its own, over HTTP. */
async function runBundle(
  labels: readonly (readonly string[])[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly services: Services; readonly log: string }> {
  const services = createServices({
    timeline: realTimeline,
    random: Math.random,
    privateKey,
    deliver: async () => ({ status: 202 }),
  });
  const { id } = services.gitHub.addRepository({ fullName: "acme/app", private: true });
  const front = await serve({ aws: services.aws.handle, gitHub: services.gitHub.handle, port: 0 });
  const url = `http://127.0.0.1:${front.port}`;
  const env = { ...services.account.env, AWS_ENDPOINT_URL: url, GITHUB_API_URL: `${url}/github` };
  const repository = { ...queuedJob().repository, id, fullName: "acme/app", owner: "acme" };
  const bodies = labels.map((own) =>
    encodeEnvelope(jobEnvelope({ job: queuedJob({ labels: ["tornade", ...own], repository }) })),
  );
  const event = { Records: bodies.map((body, index) => toRecord(body, index)) };
  const script = `const { handler } = await import(${JSON.stringify(join(folder, "index.mjs"))});
    console.log(JSON.stringify(await handler(${JSON.stringify(event)})));`;
  const args = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...env, ...settings },
  });
  await front.close();
  return { services, log: stdout };
}

function toRecord(body: string, index: number) {
  const attributes = { ApproximateReceiveCount: "1" };
  return { messageId: `m${index}`, receiptHandle: `r${index}`, body, attributes };
}

describe("the bundled launch-runner", () => {
  it("launches a job once, although its message came twice", async () => {
    const { services, log } = await runBundle([["arch=ARM64"], ["arch=ARM64"]]);

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
      const { log } = await runBundle([labels], settings);

      expect(log).toContain(name);
    },
  );
});
