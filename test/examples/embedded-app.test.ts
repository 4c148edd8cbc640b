import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, describe, expect, it } from "vitest";

import { readText } from "../../functions/core/read-json.ts";
import { toSynthesized } from "../lib/synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "tornade-embedded-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What CDK's command line does with an app: it runs it, and the app writes its templates to a folder. */
async function synthesizeApp() {
  const { PATH = "" } = process.env;
  const env = { PATH, CDK_OUTDIR: folder, CDK_VALIDATION: "false" };
  await promisify(execFile)(process.execPath, ["examples/embedded-app/app.ts"], { env });
  const template = readFileSync(join(folder, "Platform.template.json"), "utf8");
  return toSynthesized(JSON.parse(template));
}

describe("examples/embedded-app", () => {
  it("is synthesized by itself, without any context", async () => {
    const { template, ofType, find } = await synthesizeApp();
    const functions = ofType("AWS::Lambda::Function").map(({ Properties }) => Properties);
    const count = (text: string) =>
      functions.filter(({ Environment }) => JSON.stringify(Environment).includes(`"${text}"`))
        .length;

    expect(functions).toHaveLength(4);
    expect(count("acme-linux")).toBe(4);
    expect(count("platform")).toBe(4);
    expect(count("/Platform/app-id")).toBe(3);
    expect(JSON.stringify(template["Outputs"])).toContain("/webhook");
    const { properties } = find("AWS::CloudWatch::Alarm", /^Throttles/u);
    expect(readText(properties["MetricName"], "MetricName")).toBe("Throttles");
  });
});
