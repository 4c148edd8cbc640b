import { describe, expect, it } from "vitest";

import { readSettings } from "../../functions/receive-webhook/settings.ts";
import { webhookEnv } from "../support/receive-webhook.ts";

const {
  TORNADE_WEBHOOK_SECRET_PARAMETER: webhookSecretParameter,
  TORNADE_PREVIOUS_WEBHOOK_SECRET_PARAMETER: previousWebhookSecretParameter,
  TORNADE_QUEUE_URL: queueUrl,
} = webhookEnv;

describe("readSettings", () => {
  it("has a default for all but the secret and the queue", () => {
    const env = {
      TORNADE_WEBHOOK_SECRET_PARAMETER: webhookSecretParameter,
      TORNADE_QUEUE_URL: queueUrl,
    };
    expect(readSettings(env)).toEqual({
      webhookSecretParameter,
      queueUrl,
      launchLabel: "tornade",
      runnerPrefix: "tornade",
      rerunRepositories: [],
    });
  });

  it("reads everything", () => {
    const env = {
      ...webhookEnv,
      TORNADE_LAUNCH_LABEL: "fast",
      TORNADE_RERUN_REPOSITORIES: "acme/app, octo-org/*",
      TORNADE_RUNNER_PREFIX: "fast-2",
    };
    expect(readSettings(env)).toEqual({
      webhookSecretParameter,
      previousWebhookSecretParameter,
      queueUrl,
      launchLabel: "fast",
      runnerPrefix: "fast-2",
      rerunRepositories: ["acme/app", "octo-org/*"],
    });
  });

  it.each(["TORNADE_WEBHOOK_SECRET_PARAMETER", "TORNADE_QUEUE_URL"])("needs %s", (name) => {
    expect(() => readSettings({ ...webhookEnv, [name]: " " })).toThrow(`${name} is not set`);
  });

  it.each([
    ["TORNADE_RUNNER_PREFIX", "Tornade"],
    ["TORNADE_LAUNCH_LABEL", "a/b"],
    ["TORNADE_RERUN_REPOSITORIES", "acme"],
  ])("refuses %s=%s, which could not work", (name, text) => {
    expect(() => readSettings({ ...webhookEnv, [name]: text })).toThrow(`${name} should be`);
  });
});
