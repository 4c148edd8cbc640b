import type { TornadeConfig } from "./config.ts";
import { configDefaults } from "./config-defaults.ts";
import type { ResolvedSecrets } from "./resolved-config.ts";

/** What the names of runners begin with. */
export function toPrefix({ runnerPrefix, stackName }: TornadeConfig): string {
  return runnerPrefix ?? (stackName ?? configDefaults.stackName).toLowerCase();
}

/** The names of the credentials: by default the stack's, as every stack has an App of its own. */
export function toSecrets({ secrets = {}, stackName }: TornadeConfig): ResolvedSecrets {
  const { store = "ssm", kmsKeyArn } = secrets;
  const folder = `${store === "ssm" ? "/" : ""}${stackName ?? configDefaults.stackName}`;
  return {
    store,
    appId: secrets.appId ?? `${folder}/app-id`,
    privateKey: secrets.privateKey ?? `${folder}/private-key`,
    webhookSecret: secrets.webhookSecret ?? `${folder}/webhook-secret`,
    previousWebhookSecret: secrets.previousWebhookSecret ?? `${folder}/previous-webhook-secret`,
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
  };
}

/**
 * Where the REST API of a GitHub is.
 * https://docs.github.com/en/enterprise-cloud@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
export function toGitHubApiUrl(gitHubUrl: string): string {
  const { origin, protocol, host } = new URL(gitHubUrl);
  if (host === "api.github.com" || /^api\..+\.ghe\.com$/u.test(host)) return origin;
  const isHosted = host === "github.com" || host.endsWith(".ghe.com");
  return isHosted ? `${protocol}//api.${host}` : `${origin}/api/v3`;
}
