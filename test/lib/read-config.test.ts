import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { runInNewContext } from "node:vm";

import { Lazy } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";

import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { readLabelDefaults } from "../../functions/adapters/label-defaults.ts";
import { readObject } from "../../functions/core/read-json.ts";
import { configDefaults } from "../../lib/config-defaults.ts";
import { readConfig } from "../../lib/read-config.ts";
import { config as shipped } from "../../tornade.config.ts";
import { dispatchEnv } from "../support/dispatch-env.ts";
import { configWith } from "./config-with.ts";

describe("readConfig", () => {
  const least = readConfig(configWith());

  it("has the defaults of the functions where both have one", () => {
    const settings = readDispatchSettings(dispatchEnv);
    const { runnerPrefix, idleSeconds, capacityDeadline, assess, gitHub } = settings;
    expect(least).toMatchObject({
      runnerPrefix,
      idleMinutes: idleSeconds / 60,
      capacityDeadlineMinutes: capacityDeadline / 60_000,
      refusalsPerHour: settings.refusalsPerHour,
      checkRuns: settings.checkRuns === "on",
      rerunInterrupted: settings.rerunRepositories,
      launchLabel: assess.launchLabel,
      publicRepositories: assess.publicRepositories,
      forks: settings.forks,
      gitHubApiUrl: gitHub.apiUrl,
      runnerScope: gitHub.scope,
      runnerGroupId: gitHub.runnerGroupId,
    });
  });

  it("builds the default image from the folder beside lib", () => {
    const source = { kind: "folder", folder: resolve("runner-image") };
    expect(least.images).toEqual([{ name: "default", architectures: ["X86_64", "ARM64"], source }]);
  });

  it("takes an option that is undefined for one that is left out", () => {
    expect(readConfig(configWith({ idleMinutes: undefined, env: undefined }))).toEqual(least);
  });

  it("reads images by their names in lower case", () => {
    const images = { Default: { uri: "acme/runner", architectures: ["X86_64"] } };
    const source = { kind: "uri", uri: "acme/runner" };
    expect(readConfig(configWith({ images })).images).toEqual([
      { name: "default", architectures: ["X86_64"], source },
    ]);
  });

  it("takes a default size that only CodeBuild has", () => {
    const defaults = { "runs-on": "CODEBUILD", cpu: 64, memory: 128 };
    expect(readConfig(configWith({ defaults })).defaults).toEqual(defaults);
  });

  it("takes ids that are known only when the stack is deployed", () => {
    const vpcId = Lazy.string({ produce: () => "vpc-0a1b2c3d" });
    const network = { vpcId, subnetIds: [Lazy.string({ produce: () => "subnet-0a1b2c3d" })] };
    expect(readConfig(configWith({ network })).network).toEqual(network);
  });

  it("derives prefix and credentials from the stack's name", () => {
    const { runnerPrefix, secrets } = readConfig(configWith({ stackName: "Runners-EU" }));
    expect({ runnerPrefix, secrets }).toEqual({
      runnerPrefix: "runners-eu",
      secrets: {
        store: "ssm",
        appId: "/Runners-EU/app-id",
        privateKey: "/Runners-EU/private-key",
        webhookSecret: "/Runners-EU/webhook-secret",
        previousWebhookSecret: "/Runners-EU/previous-webhook-secret",
      },
    });
  });

  it("names credentials in Secrets Manager without a slash in front", () => {
    const secrets = { store: "secrets-manager", appId: "github/app" };
    expect(readConfig(configWith({ secrets })).secrets).toMatchObject({
      appId: "github/app",
      privateKey: "tornade/private-key",
    });
  });

  it.each([
    ["https://github.com/", "https://api.github.com"],
    ["https://api.github.com", "https://api.github.com"],
    ["https://acme.ghe.com", "https://api.acme.ghe.com"],
    ["https://api.acme.ghe.com", "https://api.acme.ghe.com"],
    ["https://ghes.acme.example", "https://ghes.acme.example/api/v3"],
    ["https://ghes.acme.example:8443/api/v3/", "https://ghes.acme.example:8443/api/v3"],
  ])("finds the API of %s", (gitHubUrl, apiUrl) => {
    expect(readConfig(configWith({ gitHubUrl })).gitHubApiUrl).toBe(apiUrl);
  });
});

describe("tornade.config.ts", () => {
  const { owners, ...examples } = readExamples();

  it("can be deployed as it is", () => {
    expect(readConfig(shipped)).toMatchObject({ owners: ["your-organization"] });
  });

  it("shows every option, in a form that can be deployed", () => {
    const config = configWith({ owners, ...examples });
    expect(readConfig(config)).toMatchObject({ stackName: "tornade" });
    expect(Object.keys(examples).toSorted()).toEqual(
      [...Object.keys(configDefaults), "runnerPrefix", "secrets", "env"].toSorted(),
    );
  });

  it("shows the defaults of all options that have one", () => {
    const shown = new Set([
      "images",
      "repositoryRoles",
      "rerunInterrupted",
      "network",
      "alarms",
      "tags",
      "defaults",
    ]);
    const plain = Object.entries(configDefaults).filter(([name]) => !shown.has(name));
    expect(examples).toMatchObject(Object.fromEntries(plain));
    expect(readLabelDefaults(examples["defaults"])).toEqual(readLabelDefaults({}));
    expect(examples["secrets"]).toMatchObject(readConfig(configWith()).secrets);
  });
});

/** The config with all that is commented out; where an option is shown twice, its last example. */
function readExamples() {
  const lines = readFileSync("tornade.config.ts", "utf8").split("\n").slice(7);
  const code = lines.map((line) => line.replace(/^ {2}\/\/ (?=[a-z]\w+: |\}| )/iu, ""));
  const options: unknown = runInNewContext(`({${code.join("\n").replace(/\};\s*$/u, "")}})`);
  return readObject(structuredClone(options), "examples");
}
