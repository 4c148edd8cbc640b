import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

import { readObject } from "../functions/core/read-json.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-node-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function readJson(path: string): Readonly<Record<string, unknown>> {
  return readObject(JSON.parse(readFileSync(path, "utf8")), path);
}

/** A folder with a `node` that says that it is of version 20. */
function createOldNode(): string {
  const preload = join(folder, "old.cjs");
  const versions = "{ ...process.versions, node: '20.20.2' }";
  writeFileSync(preload, `Object.defineProperty(process, "versions", { value: ${versions} });`);
  const node = join(folder, "node");
  writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" --require "${preload}" "$@"\n`);
  chmodSync(node, 0o755);
  return folder;
}

/** How a line of shell ends where `node` is an old one. */
async function runOnOldNode(script: string): Promise<unknown> {
  const env = { PATH: `${createOldNode()}:/usr/bin:/bin` };
  return promisify(execFile)("/bin/sh", ["-c", script], { env }).catch((error: unknown) => error);
}

const scripts = Object.entries(readObject(readJson("package.json")["scripts"], "scripts"))
  // Those of others, which read no TypeScript with Node.
  .filter(([name]) => !["check", "fix"].includes(name))
  .map(([name, script]) => [`npm run ${name}`, String(script)] as const);

const oneSentence: unknown = expect.stringMatching(
  /^tornade: Node 20\.20\.2 is too old; [^\n]+\n$/u,
);

describe("the test run", () => {
  it("runs on Node 24, which npm brings along on Linux", () => {
    expect(process.versions.node).toMatch(/^24\./u);
  });
});

describe("bin/require-node-24.cjs", () => {
  it.each([...scripts, ["the app in cdk.json", String(readJson("cdk.json")["app"])] as const])(
    "says in one line that an old Node is too old: %s",
    async (_, script) => {
      expect(await runOnOldNode(script)).toMatchObject({
        code: 2,
        stdout: "",
        stderr: oneSentence,
      });
    },
  );

  it("comes first in what cdk runs before the app, too", () => {
    expect(String(readJson("cdk.json")["build"])).toMatch(/^npm run build\b/u);
  });
});
