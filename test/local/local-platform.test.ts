import { describe, expect, it, onTestFinished } from "vitest";

import { readDispatchSettings } from "../../functions/adapters/dispatch-settings.ts";
import { readSettings as readLaunchRunnerSettings } from "../../functions/launch-runner/settings.ts";
import { readSettings as readWebhookSettings } from "../../functions/receive-webhook/settings.ts";
import { openDatabase } from "../../local/database.ts";
import { createLocalPlatform, toLocalEnvironment } from "../../local/local-platform.ts";
import { start } from "../core/builders.ts";
import { createDatabasePath } from "./database-path.ts";

const images = new Map([
  ["default", "tornade-runner"],
  ["rust", "example.com/rust:1"],
]);

describe("toLocalEnvironment", () => {
  it("has every setting that the functions do not start without, but who may have runners", () => {
    const local = toLocalEnvironment({}, { images, architectures: ["ARM64"] });
    expect(() => readDispatchSettings(local)).toThrow("TORNADE_OWNERS is not set");
    const env = { ...local, TORNADE_OWNERS: "acme" };
    expect(readLaunchRunnerSettings(env).assess.images).toEqual(["default", "rust"]);
    expect(readWebhookSettings(env).webhookSecretParameter).toBe("GITHUB_WEBHOOK_SECRET");
  });

  it("gives jobs, and refusals, the machine's own architecture and every place there is", () => {
    const env = { TORNADE_OWNERS: "acme" };
    const { assess } = readDispatchSettings(
      toLocalEnvironment(env, { images, architectures: ["ARM64"] }),
    );
    expect(assess.defaults.architecture).toBe("ARM64");
    expect(assess.refusalSpec).toMatchObject({
      architecture: "ARM64",
      rungs: ["FARGATE", "CODEBUILD", "FARGATE_SPOT"],
    });
  });

  it("has the operator's policy", () => {
    const policy = {
      TORNADE_OWNERS: "acme",
      TORNADE_PUBLIC_REPOSITORIES: "allow",
      TORNADE_FORKS: "allow",
    };
    const local = toLocalEnvironment(policy, { images, architectures: ["X86_64"] });
    expect(readDispatchSettings(local)).toMatchObject({
      assess: { publicRepositories: "allow" },
      forks: "allow",
    });
  });

  it("keeps what the operator set, and leaves out what is of the cloud", () => {
    const env = toLocalEnvironment(
      { TORNADE_DEFAULTS: '{"cpu":2}', TORNADE_IMAGE_BUILDS: "{}", TORNADE_RUNNER_PREFIX: "own" },
      { images, architectures: ["X86_64"] },
    );
    expect(env).toMatchObject({
      TORNADE_DEFAULTS: '{"cpu":2}',
      TORNADE_IMAGE_BUILDS: "",
      TORNADE_RUNNER_PREFIX: "own",
    });
  });
});

describe("createLocalPlatform", () => {
  it("finds the secrets in the environment", async () => {
    const database = openDatabase(createDatabasePath());
    onTestFinished(() => {
      database.close();
    });
    const nowhere = {
      launch: async () => ({ kind: "denied", message: "not here" }) as const,
      find: async () => undefined,
      stop: async () => {},
    };
    const { readParameters } = createLocalPlatform({
      database,
      now: () => start,
      env: { GITHUB_APP_ID: "7" },
      providers: { FARGATE: nowhere, FARGATE_SPOT: nowhere, CODEBUILD: nowhere },
    });
    expect([...(await readParameters(["GITHUB_APP_ID", "GITHUB_PRIVATE_KEY"]))]).toEqual([
      ["GITHUB_APP_ID", "7"],
    ]);
  });
});
