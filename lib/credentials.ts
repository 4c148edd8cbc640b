import { ArnFormat, Aws, Stack } from "aws-cdk-lib";
import { type IGrantable, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

import { secretReference } from "../functions/adapters/secret-reference.ts";
import type { ResolvedSecrets } from "./resolved-config.ts";

type Name = "appId" | "privateKey" | "webhookSecret" | "previousWebhookSecret";

/** The GitHub App's credentials: made by hand, named by the stack, read by the functions alone. */
export type Credentials = {
  /** Names as Parameter Store has to be asked for them; it passes on what is in Secrets Manager. */
  readonly parameters: Readonly<Record<Name, string>>;
  /** Lets a function speak as the GitHub App. */
  readonly grantApp: (grantee: IGrantable) => void;
  /** Lets a function check GitHub's signatures. */
  readonly grantWebhookSecrets: (grantee: IGrantable) => void;
};

/** What the functions of a stack have to know of its credentials. */
export function createCredentials(scope: Construct, secrets: ResolvedSecrets): Credentials {
  const grantRead = ({ grantPrincipal }: IGrantable, ...names: readonly Name[]) => {
    for (const statement of toStatements(scope, { secrets, names })) {
      grantPrincipal.addToPrincipalPolicy(statement);
    }
  };
  return {
    parameters: {
      appId: toParameter(secrets, "appId"),
      privateKey: toParameter(secrets, "privateKey"),
      webhookSecret: toParameter(secrets, "webhookSecret"),
      previousWebhookSecret: toParameter(secrets, "previousWebhookSecret"),
    },
    grantApp: (grantee) => {
      grantRead(grantee, "appId", "privateKey");
    },
    grantWebhookSecrets: (grantee) => {
      grantRead(grantee, "webhookSecret", "previousWebhookSecret");
    },
  };
}

function toParameter(secrets: ResolvedSecrets, name: Name): string {
  return secrets.store === "ssm" ? secrets[name] : `${secretReference}${secrets[name]}`;
}

// Parameter Store reads from Secrets Manager, and decrypts, in the name of who asks it.
function toStatements(
  scope: Construct,
  { secrets, names }: { secrets: ResolvedSecrets; names: readonly Name[] },
): readonly PolicyStatement[] {
  const { store, kmsKeyArn } = secrets;
  const parameters = names.map((name) => toParameterArn(scope, toParameter(secrets, name)));
  const statements = [allow("ssm:GetParameters", parameters)];
  if (store === "secrets-manager") {
    const arns = names.map((name) => toSecretArn(scope, secrets[name]));
    statements.push(allow("secretsmanager:GetSecretValue", arns));
  }
  // The store's own key is open to whoever may use the store.
  if (kmsKeyArn !== undefined) {
    const service = store === "ssm" ? "ssm" : "secretsmanager";
    const viaService = `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    const decrypt = allow("kms:Decrypt", [kmsKeyArn]);
    decrypt.addCondition("StringEquals", { "kms:ViaService": viaService });
    statements.push(decrypt);
  }
  return statements;
}

function allow(action: string, resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ actions: [action], resources: [...resources] });
}

function toParameterArn(scope: Construct, name: string): string {
  const resourceName = name.replace(/^\//u, "");
  return Stack.of(scope).formatArn({ service: "ssm", resource: "parameter", resourceName });
}

// Secrets Manager puts a hyphen and six characters of its own behind the name.
function toSecretArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
