import { type App, Validations } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import type { TornadeConfig } from "../../lib/config.ts";
import { TornadeStack } from "../../lib/tornade-stack.ts";
import { createApp, leastConfig } from "./synthesize.ts";

const everything: Partial<TornadeConfig> = {
  env: { account: "123456789012", region: "cn-north-1" },
  secrets: {
    store: "secrets-manager",
    kmsKeyArn: "arn:aws-cn:kms:cn-north-1:123456789012:key/00000000-0000-4000-8000-000000000000",
  },
  repositoryRoles: { "acme/deploy": "arn:aws-cn:iam::123456789012:role/deploy" },
  alarms: { email: "ci@example.com" },
  images: { default: { build: "runner-image" }, rust: { uri: "ghcr.io/acme/rust:1" } },
};

const ready: Partial<TornadeConfig> = {
  network: { vpcId: "vpc-0a1b2c3d", subnetIds: ["subnet-0a1b2c3d"] },
  images: { default: { uri: "ghcr.io/acme/runner:1" } },
};

const configs: readonly (readonly [string, Partial<TornadeConfig>])[] = [
  ["that is the default", {}],
  ["with everything, in China", everything],
  ["whose network and image are there already", ready],
];

/** An app whose synthesis fails on every finding, and a stack in it. */
function createChecked(config: Partial<TornadeConfig>): { app: App; stack: TornadeStack } {
  const app = createApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  return { app, stack: new TornadeStack(app, { ...leastConfig, ...config }) };
}

describe("cdk-nag", () => {
  it.each(configs)("finds nothing in a stack %s that has no reason", (...[, config]) => {
    const { app } = createChecked(config);

    expect(() => app.synth()).not.toThrow();
  });

  it("keeps a stack from being synthesized for what has none", () => {
    const { app, stack } = createChecked({});
    const { node } = new Queue(stack, "Another");

    const finding = `${node.path}/Resource[^]*AwsSolutions-SQS4[^]*Serverless-SQSRedrivePolicy`;
    expect(() => app.synth()).toThrow(new RegExp(finding, "u"));
  });

  it("is told every reason in a sentence", () => {
    const { stack } = createChecked(everything);
    const reasons = stack.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.values(readObject(data, "acknowledged")).map(String));

    expect(reasons.length).toBeGreaterThan(10);
    for (const reason of reasons) expect(reason).toMatch(/^[a-zA-Z].{20,}[^.]$/u);
  });
});
