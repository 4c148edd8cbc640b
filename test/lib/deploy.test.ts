import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import { config } from "../../tornade.config.ts";
import { synthesize } from "./synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-cdk-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What `npx cdk synth` does where there are no credentials, no profile and no way to AWS. */
async function synthesizeByCommand() {
  const { PATH = "" } = process.env;
  const proxy = "http://127.0.0.1:9";
  const env = {
    PATH,
    HOME: folder,
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    npm_config_offline: "true",
  };
  // Not built anew, as other tests read the bundles meanwhile; and timed by the shell, which tells how
  // long a core was busy: a machine that does something else besides must not fail the test.
  const script = 'npx cdk synth -q --build true -o "$0" && times';
  const { stdout, stderr } = await promisify(execFile)("/bin/bash", ["-c", script, folder], {
    env,
  });
  const times = /(\d+)m([\d.]+)s \S+\s*$/u.exec(stdout)?.slice(1) ?? [];
  const [minutes = 0, seconds = 0] = times.map(Number);
  return { stderr, seconds: 60 * minutes + seconds };
}

/** The project in a folder of its own, without bundles and with another config. */
function createCopy(text = ""): string {
  const copy = mkdtempSync(join(folder, "copy-"));
  for (const part of ["bin", "lib", "functions", "runner-image", "scripts", "package.json"]) {
    cpSync(part, join(copy, part), { recursive: true });
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, "tornade.config.ts"), text);
  return copy;
}

/** What `node bin/deploy.ts` says of a config. */
async function deployWith(text: string): Promise<unknown> {
  const options = { cwd: createCopy(text) };
  const run = promisify(execFile)(process.execPath, ["bin/deploy.ts"], options);
  return run.catch((error: unknown) => error);
}

describe("bin/deploy.ts", () => {
  it.each([
    [
      "a comma that is missing",
      'import type { TornadeConfig } from "./lib/config.ts";\nexport const config: TornadeConfig = {\n  owners: ["acme"]\n  forks: "refuse",\n};\n',
      "tornade.config.ts should be TypeScript that Node can run, got a mistake in line 4: Expected ',', got 'ident'; mend that line, or the one before it",
    ],
    [
      "a name that there is not",
      "\nexport const config = { owners: [acme] };\n",
      "tornade.config.ts should be TypeScript that Node can run, got a mistake in line 2: acme is not defined; mend that line, or the one before it",
    ],
    [
      "another name for the config",
      'export const conf = { owners: ["acme"] };\n',
      "tornade.config.ts should export the config, got no export of that name; begin it with export const config",
    ],
    [
      "a package that there is not",
      'import { owners } from "our-owners";\nexport const config = { owners };\n',
      "tornade.config.ts should import what there is, got 'our-owners', which there is not; mend the path, or install the package",
    ],
    [
      "an account that is a number",
      'export const config = { owners: ["acme"], env: { account: 123456789012, region: "eu-west-1" } };\n',
      "env.account should be the 12 digits of an AWS account, as text, got 123456789012; copy them from `aws sts get-caller-identity`",
    ],
    [
      "a name that no stack may have",
      'export const config = { owners: ["acme"], stackName: "tornade_eu" };\n',
      `stackName should be 1 to 128 letters and digits with single hyphens between them, a letter first, got 'tornade_eu'; leave it out for "tornade"`,
    ],
    [
      "numbers that JSON does not have",
      'export const config = { owners: ["acme"], idleMinutes: 5n, tags: [1n] };\n',
      `the config has 2 mistakes:\n- idleMinutes should be a number, got 5n; leave it out for 5\n- tags should be an object, got ["1n"]; see lib/config.ts for its options`,
    ],
  ])("says in one line what is wrong: %s", async (_what, text, message) => {
    expect(await deployWith(text)).toMatchObject({ code: 1, stdout: "", stderr: `${message}\n` });
  });

  it("says in one line that there is no config", async () => {
    const copy = createCopy();
    rmSync(join(copy, "tornade.config.ts"));
    const run = promisify(execFile)(process.execPath, ["bin/deploy.ts"], { cwd: copy });
    const stderr =
      "tornade.config.ts should be in the folder where cdk runs, got no such file; take back the one that tornade came with\n";
    await expect(run).rejects.toMatchObject({ code: 1, stdout: "", stderr });
  });

  it("has its bundles built before, without a word", async () => {
    const copy = createCopy();
    const { build } = readObject(JSON.parse(readFileSync("cdk.json", "utf8")), "cdk.json");
    const run = promisify(execFile)("/bin/sh", ["-c", String(build)], { cwd: copy });

    expect(await run).toEqual({ stdout: "", stderr: "" });
    expect(existsSync(join(copy, "dist", "launch-runner", "index.mjs"))).toBe(true);
  });

  it("is synthesized by `npx cdk synth` offline, without credentials, in under 20 s", async () => {
    const { stderr, seconds } = await synthesizeByCommand();
    const template: unknown = JSON.parse(
      readFileSync(join(folder, "tornade.template.json"), "utf8"),
    );

    expect(template).toEqual(synthesize(config).template);
    expect(stderr).not.toMatch(/error|validation|feature flags/iu);
    expect(stderr).toContain("owners still names 'your-organization', as an example; name whom");
    // What has to be looked up in an account first would be named there.
    expect(readFileSync(join(folder, "manifest.json"), "utf8")).not.toContain('"missing"');
    expect(seconds).toBeGreaterThan(0.5);
    expect(seconds).toBeLessThan(20);
  });
});
