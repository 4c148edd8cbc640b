import type { DispatchPorts } from "../core/dispatch.ts";
import { createImageReadiness } from "../core/image-readiness.ts";
import { createPace } from "../core/pace.ts";
import type { RunnerProviders } from "../core/runner-provider.ts";
import { createShortages } from "../core/shortages.ts";
import { createCodeBuildProvider } from "./codebuild-provider.ts";
import type { DispatchSettings } from "./dispatch-settings.ts";
import { createDynamoDbLedger } from "./dynamodb-ledger.ts";
import { createFargateProvider } from "./fargate-provider.ts";
import { createGitHubClient } from "./github-client.ts";
import { keepGitHubCredentials } from "./github-credentials.ts";
import { createGitHubNotices, noNotices } from "./github-notices.ts";
import { createGitHubRegistry } from "./github-registry.ts";
import { createGitHubReruns } from "./github-reruns.ts";
import { listBuiltImages } from "./image-table.ts";
import { createSqsJobQueue } from "./sqs-job-queue.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Wires the core to GitHub and the platform. The App's credentials are read at once, so that the first
 * invocation finds them; a failure is logged and the read tried again when they are needed.
 */
export async function createDispatchPorts(
  surroundings: Surroundings,
  settings: DispatchSettings,
): Promise<DispatchPorts> {
  const { now, random, log, platform } = surroundings;
  const credentials = keepGitHubCredentials(surroundings, settings.credentialParameters);
  const { apiUrl } = settings.gitHub;
  const client = createGitHubClient(surroundings, { apiUrl, credentials });
  const ledger = platform?.ledger ?? createDynamoDbLedger(surroundings, settings.ledgerTable);
  const ports: DispatchPorts = {
    now,
    random,
    log,
    runnerPrefix: settings.runnerPrefix,
    idleSeconds: settings.idleSeconds,
    forks: settings.forks,
    policy: settings.assess,
    repositoryRoles: settings.repositoryRoles,
    runnerScope: settings.gitHub.scope,
    capacityDeadline: settings.capacityDeadline,
    refusalSpec: settings.assess.refusalSpec,
    refusalsPerHour: settings.refusalsPerHour,
    ledger,
    images: createImageReadiness(listBuiltImages(settings.fargate.images), ledger),
    shortages: createShortages(now),
    pace: createPace(now),
    queue: platform?.queue ?? createSqsJobQueue(surroundings, settings.queueUrl),
    notices: settings.checkRuns === "on" ? createGitHubNotices(client) : noNotices,
    reruns: createGitHubReruns(client),
    registry: createGitHubRegistry(client, settings.gitHub),
    providers: platform?.providers ?? createProviders(surroundings, settings),
  };
  await credentials.get().catch((error: unknown) => {
    log.error("credentials not read", { error });
  });
  return ports;
}

function createProviders(
  surroundings: Surroundings,
  settings: Pick<DispatchSettings, "fargate" | "codeBuild">,
): RunnerProviders {
  const fargate = createFargateProvider(surroundings, settings.fargate);
  return {
    FARGATE: fargate,
    FARGATE_SPOT: fargate,
    CODEBUILD: createCodeBuildProvider(surroundings, settings.codeBuild),
  };
}
