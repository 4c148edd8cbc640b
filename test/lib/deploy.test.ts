import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

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

describe("bin/deploy.ts", () => {
  it("is synthesized by `npx cdk synth` offline, without credentials, in under 20 s", async () => {
    const { stderr, seconds } = await synthesizeByCommand();
    const template: unknown = JSON.parse(
      readFileSync(join(folder, "tornade.template.json"), "utf8"),
    );

    expect(template).toEqual(synthesize(config).template);
    expect(stderr).not.toMatch(/error|validation|feature flags/iu);
    // What has to be looked up in an account first would be named there.
    expect(readFileSync(join(folder, "manifest.json"), "utf8")).not.toContain('"missing"');
    expect(seconds).toBeGreaterThan(0.5);
    expect(seconds).toBeLessThan(20);
  });
});
