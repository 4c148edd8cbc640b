import { Stack } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";

import { createCredentials } from "../../lib/credentials.ts";
import type { ResolvedSecrets } from "../../lib/resolved-config.ts";
import { findStatements, isAllowed } from "./policies.ts";
import { createApp, toSynthesized } from "./synthesize.ts";

const key = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000";
const names = {
  appId: "/eu/app-id",
  privateKey: "/eu/private-key",
  webhookSecret: "/eu/webhook-secret",
  previousWebhookSecret: "/eu/previous-webhook-secret",
};
const inSsm: ResolvedSecrets = { store: "ssm", ...names };
const inSecretsManager: ResolvedSecrets = {
  store: "secrets-manager",
  ...names,
  appId: "eu/app-id",
};

/** What the functions' two kinds of readers may do. */
function grant(secrets: ResolvedSecrets) {
  const app = createApp();
  const stack = new Stack(app, "Test");
  const assumedBy = new ServicePrincipal("lambda.amazonaws.com");
  const credentials = createCredentials(stack, secrets);
  credentials.grantApp(new Role(stack, "App", { assumedBy }));
  credentials.grantWebhookSecrets(new Role(stack, "Webhook", { assumedBy }));
  const { find, resources } = toSynthesized(app.synth().getStackByName("Test").template);
  const statementsOf = (id: RegExp) => findStatements(find("AWS::IAM::Role", id).id, resources);
  return {
    parameters: credentials.parameters,
    app: statementsOf(/^App/u),
    webhook: statementsOf(/^Webhook/u),
  };
}

const read = (service: string, action: string, resource: string) => ({
  action: `${service}:${action}`,
  resource: `arn:aws:${service}:eu-west-1:123456789012:${resource}`,
});
const decrypt = (service: string) => ({
  action: "kms:Decrypt",
  resource: key,
  context: { "kms:ViaService": `${service}.eu-west-1.amazonaws.com` },
});

describe("createCredentials", () => {
  it("shows the App's credentials and the webhook's secrets to those who need them", () => {
    const { app, webhook, parameters } = grant(inSsm);
    const privateKey = read("ssm", "GetParameters", "parameter/eu/private-key");
    const secret = read("ssm", "GetParameters", "parameter/eu/webhook-secret");

    expect(parameters).toEqual(names);
    expect([app, webhook].map((role) => isAllowed(privateKey, role))).toEqual([true, false]);
    expect([app, webhook].map((role) => isAllowed(secret, role))).toEqual([false, true]);
    expect(app).toHaveLength(1);
  });

  it("reaches Secrets Manager through Parameter Store", () => {
    const { app, webhook, parameters } = grant(inSecretsManager);
    const reference = "/aws/reference/secretsmanager/eu/app-id";

    expect(parameters.appId).toBe(reference);
    expect(isAllowed(read("ssm", "GetParameters", `parameter${reference}`), app)).toBe(true);
    const secret = read("secretsmanager", "GetSecretValue", "secret:eu/app-id-a1B2c3");
    expect([app, webhook].map((role) => isAllowed(secret, role))).toEqual([true, false]);
    const another = read("secretsmanager", "GetSecretValue", "secret:eu/app-id-other-a1B2c3");
    expect(isAllowed(another, app)).toBe(false);
  });

  it.each([
    ["ssm", inSsm, "secretsmanager"],
    ["secretsmanager", inSecretsManager, "ssm"],
  ] as const)("decrypts with a key of one's own, by way of %s only", (service, secrets, other) => {
    const { app, webhook } = grant({ ...secrets, kmsKeyArn: key });
    for (const role of [app, webhook]) {
      expect(isAllowed(decrypt(service), role)).toBe(true);
      expect(isAllowed(decrypt(other), role)).toBe(false);
    }
    expect(isAllowed(decrypt(service), grant(secrets).app)).toBe(false);
  });
});
