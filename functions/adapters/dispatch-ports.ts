import type { DispatchPorts } from "../core/dispatch.ts";
import { createCodeBuildProvider } from "./codebuild-provider.ts";
import type { DispatchSettings } from "./dispatch-settings.ts";
import { createDynamoDbLedger } from "./dynamodb-ledger.ts";
import { createFargateProvider } from "./fargate-provider.ts";
import { keepGitHubCredentials } from "./github-credentials.ts";
import { createGitHubRegistry } from "./github-registry.ts";
import { createSqsJobQueue } from "./sqs-job-queue.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Wires the core to AWS and GitHub. The App's credentials are read at once, so that the first
 * invocation finds them; a failure is logged and the read tried again when they are needed.
 */
export async function createDispatchPorts(
  surroundings: Surroundings,
  settings: DispatchSettings,
): Promise<DispatchPorts> {
  const { now, random, log } = surroundings;
  const credentials = keepGitHubCredentials(surroundings, settings.credentialParameters);
  const fargate = createFargateProvider(surroundings, settings.fargate);
  const ports: DispatchPorts = {
    now,
    random,
    log,
    runnerPrefix: settings.runnerPrefix,
    idleSeconds: settings.idleSeconds,
    runnerScope: settings.gitHub.scope,
    capacityDeadline: settings.capacityDeadline,
    ledger: createDynamoDbLedger(surroundings, settings.ledgerTable),
    queue: createSqsJobQueue(surroundings, settings.queueUrl),
    registry: createGitHubRegistry(surroundings, { ...settings.gitHub, credentials }),
    providers: {
      FARGATE: fargate,
      FARGATE_SPOT: fargate,
      CODEBUILD: createCodeBuildProvider(surroundings, settings.codeBuild),
    },
  };
  await credentials.get().catch((error: unknown) => {
    log.error("credentials not read", { error });
  });
  return ports;
}
