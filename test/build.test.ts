import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bundleFunction, describeExcess, type Bundle } from "../scripts/bundle-function.ts";
import { createFakeAws, errorResponse } from "./support/fake-aws.ts";
import { secret, webhookEnv } from "./support/receive-webhook.ts";
import { serve } from "./support/serve.ts";
import { createPayload, createRequest } from "./support/webhook.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-build-"));
const bundled = join(folder, "first");
let bundle: Bundle;

beforeAll(async () => {
  bundle = await bundleFunction("receive-webhook", bundled);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a fresh process prints that loads the bundle as Lambda does and then runs `code`. */
async function runBundle(code: string, env: Readonly<Record<string, string>>): Promise<string> {
  const script = `const { handler } = await import(${JSON.stringify(join(bundled, "index.mjs"))});\n${code}`;
  const options = { env: { ...env, AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" } };
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], options);
  return stdout;
}

function digestFiles(path: string): ReadonlyMap<string, string> {
  const files = readdirSync(path).map((name) => [name, readFileSync(join(path, name))] as const);
  return new Map(
    files.map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]),
  );
}

describe("bundleFunction", () => {
  it("keeps receive-webhook within what a cold start may load", () => {
    expect(bundle.startBytes).toBeGreaterThan(100_000);
    expect(describeExcess(bundle)).toBeUndefined();
    expect(bundle.gzipBytes).toBeLessThan(bundle.startBytes);
  });

  it("writes the same bytes twice", async () => {
    const second = join(folder, "second");
    await bundleFunction("receive-webhook", second);
    expect(digestFiles(second)).toEqual(digestFiles(bundled));
    expect([...digestFiles(bundled).keys()]).toContain("index.mjs.map");
  });

  it("does not make Node load undici, which doubles the start", async () => {
    const code = `
      const loaded = process.moduleLoadList.filter((name) => name.includes("undici"));
      console.log(JSON.stringify({ type: typeof handler, loaded }));
    `;
    const output = await runBundle(code, {
      ...webhookEnv,
      AWS_ENDPOINT_URL: "https://127.0.0.1:1",
    });
    expect(output).toContain("webhook secrets not read yet");
    expect(output).toContain('{"type":"function","loaded":[]}');
  });

  it("answers a signed delivery with nothing but its documented settings", async () => {
    const aws = createFakeAws({ "/tornade/webhook-secret": secret });
    const { url, close } = await serve(aws.answer);
    const request = createRequest({ body: JSON.stringify(createPayload()), secret });
    const code = `console.log(JSON.stringify(await handler(${JSON.stringify(request)})));`;
    const { TORNADE_WEBHOOK_SECRET_PARAMETER, TORNADE_QUEUE_URL } = webhookEnv;
    const env = { TORNADE_WEBHOOK_SECRET_PARAMETER, TORNADE_QUEUE_URL, AWS_ENDPOINT_URL: url };
    const output = await runBundle(code, env);
    await close();
    expect(output).toContain('"statusCode":202');
    expect(aws.calls).toEqual(["GetParameters", "SendMessage"]);
    expect(aws.messages).toMatchObject([{ queueUrl: TORNADE_QUEUE_URL, groupId: "591427149" }]);
  });

  it("names an error of SSM although it leaves out its class", async () => {
    const aws = createFakeAws();
    aws.faults.set("GetParameters", () =>
      errorResponse(400, "ParameterNotFound", "no such secret"),
    );
    const { url, close } = await serve(aws.answer);
    const output = await runBundle("", { ...webhookEnv, AWS_ENDPOINT_URL: url });
    await close();
    expect(output).toContain('"error":{"name":"ParameterNotFound","message":"no such secret"}');
  });

  it("looks for no files of the AWS command line", async () => {
    const aws = createFakeAws({ "/tornade/webhook-secret": secret });
    const { url, close } = await serve(aws.answer);
    const watch = `
      import files from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      files.readFile = async (path) => { console.log("read", path); return ""; };
      syncBuiltinESMExports();
    `;
    const watched = `--import=data:text/javascript,${encodeURIComponent(watch)}`;
    const env = { ...webhookEnv, AWS_ENDPOINT_URL: url, NODE_OPTIONS: watched };
    const output = await runBundle("", env);
    await close();
    expect(output).toBe("");
    expect(aws.calls).toEqual(["GetParameters"]);
  });
});

describe("describeExcess", () => {
  it.each([
    ["receive-webhook", 220_000],
    ["launch-runner", 380_000],
  ])("lets %s load %d bytes at start, and not one more", (name, startBytes) => {
    expect(describeExcess({ name, startBytes, gzipBytes: 0 })).toBeUndefined();
    expect(describeExcess({ name, startBytes: startBytes + 1, gzipBytes: 0 })).toMatch(
      `${name} loads ${startBytes + 1} bytes at start, should be at most ${startBytes}`,
    );
  });

  it("lets the others be as large as they are", () => {
    expect(describeExcess({ name: "reconcile", startBytes: 1e9, gzipBytes: 0 })).toBeUndefined();
  });
});
