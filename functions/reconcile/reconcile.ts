import { createDynamoDbLedger } from "../adapters/dynamodb-ledger.ts";
import { watchGitHubBudget } from "../adapters/github-budget.ts";
import { createGitHubClient } from "../adapters/github-client.ts";
import { keepGitHubCredentials } from "../adapters/github-credentials.ts";
import { createGitHubDeliveries } from "../adapters/github-deliveries.ts";
import { createGitHubInstallations } from "../adapters/github-installations.ts";
import { createGitHubRunnerVersions } from "../adapters/github-runner-versions.ts";
import { createGitHubRuns } from "../adapters/github-runs.ts";
import { createSqsBatches } from "../adapters/sqs-batches.ts";
import { createSqsJobQueue } from "../adapters/sqs-job-queue.ts";
import type { Surroundings } from "../adapters/surroundings.ts";
import { discoverRepositories, type DiscoveryPorts } from "../core/discover-repositories.ts";
import { type SendAll, sendEach } from "../core/job-queue.ts";
import type { LedgerItem } from "../core/ledger.ts";
import { type Deliveries, recoverDeliveries } from "../core/recover-deliveries.ts";
import { createVersionPass } from "../core/runner-versions.ts";
import { findStuckJobs } from "../core/stuck-jobs.ts";
import { sweepRepositories } from "../core/sweep-repositories.ts";
import { toWakeMessage } from "../core/wake-message.ts";
import { createImageBuildPass } from "./image-pass.ts";
import { readSettings } from "./settings.ts";
import { createStrayPass } from "./stray-pass.ts";

/** What the schedule calls every minute. */
export type Reconcile = () => Promise<void>;

/** Most items woken in one pass; the rest stays due and has its turn a minute later. */
const mostItems = 500;

/** Most open items that are looked at for who is active; those due next come first. */
const mostOpen = 1_000;

/** Most stuck jobs that are named in a line of the log. */
const mostNamed = 10;

/** Beyond every time at which an open item asks to be looked at. */
const horizon = 86_400_000;

type Parts = DiscoveryPorts & {
  readonly deliveries: Deliveries;
  readonly sendAll: SendAll;
  /** How long a job may wait for capacity, in milliseconds. */
  readonly capacityDeadline: number;
  readonly lookUpVersions: ReturnType<typeof createVersionPass>;
  readonly retireStrays: () => Promise<void>;
  /** Whose figures these are. */
  readonly stack: string;
};

/**
 * The function behind the schedule: sends each item that is due to launch-runner, where all that can be
 * owed is carried out, has GitHub deliver again what did not reach us, looks for jobs that GitHub
 * never told of, and for runners that nobody needs, and has images built. None keeps the others from being done.
 */
export async function createReconcile(surroundings: Surroundings): Promise<Reconcile> {
  const budget = watchGitHubBudget(surroundings);
  const parts = createParts(budget.surroundings);
  const buildImages = createImageBuildPass(surroundings, parts.ledger);
  return async () => {
    // One question for two passes: who is active is told by what is open, the due part of it included.
    const open = parts.ledger.due(parts.now() + horizon, mostOpen);
    const passes = await Promise.allSettled([
      wakeDueItems(parts, open),
      askForDeliveries(parts),
      sweep(parts, open),
      discover(parts),
      buildImages(),
      parts.retireStrays(),
      open.then(parts.lookUpVersions),
    ]);
    budget.tell();
    const failed = passes.filter((pass) => pass.status === "rejected");
    for (const { reason: error } of failed) parts.log.error("reconcile failed", { error });
    if (failed[0] !== undefined) throw failed[0].reason;
  };
}

function createParts(surroundings: Surroundings): Parts {
  const { env, now, log, platform } = surroundings;
  const settings = readSettings(env);
  const { credentialParameters, runnerPrefix: stack, queueUrl, ledgerTable } = settings;
  const { launchLabel, capacityDeadline, policy } = settings;
  const credentials = keepGitHubCredentials(surroundings, credentialParameters);
  const { apiUrl } = settings.gitHub;
  const client = createGitHubClient(surroundings, { apiUrl, credentials });
  const runnerVersions = createGitHubRunnerVersions(client, settings.gitHub);
  const versionPorts = { now, log, stack, runnerVersions };
  const ledger = platform?.ledger ?? createDynamoDbLedger(surroundings, ledgerTable);
  return {
    now,
    log,
    stack,
    launchLabel,
    capacityDeadline,
    policy,
    lookUpVersions: createVersionPass(settings.runnerVersions, versionPorts),
    retireStrays: createStrayPass(surroundings, settings, ledger),
    ledger,
    queue: platform?.queue ?? createSqsJobQueue(surroundings, queueUrl),
    sendAll:
      platform === undefined ? createSqsBatches(surroundings, queueUrl) : sendEach(platform.queue),
    deliveries: createGitHubDeliveries(surroundings, client),
    runs: createGitHubRuns(surroundings, client),
    installations: createGitHubInstallations(surroundings, client),
  };
}

type OpenItems = Promise<readonly LedgerItem[]>;

// Queries by time, never scans.
async function wakeDueItems(parts: Parts, open: OpenItems): Promise<void> {
  const { sendAll, log, now, stack, capacityDeadline } = parts;
  const until = now();
  const due = (await open).filter(({ wakeAt = until }) => wakeAt <= until).slice(0, mostItems);
  const unsent = await sendAll(due.map(toWakeMessage));
  const stuck = findStuckJobs(await open, { now: until, capacityDeadline });
  const fields = { due: due.length, failed: unsent.length, stuck: stuck.slice(0, mostNamed) };
  log.info("due items sent", fields, { at: until, stack, figures: { StuckJobs: stuck.length } });
  const [why] = unsent;
  if (why === undefined) return;
  throw new Error(`${unsent.length} of ${due.length} due items were not woken: ${why}`);
}

async function askForDeliveries(parts: Parts): Promise<void> {
  const { log } = parts;
  try {
    const { asked, errors } = await recoverDeliveries(parts);
    log.info("deliveries asked for again", { asked });
    for (const error of errors) log.warn("delivery not asked for again", { error });
  } catch (error) {
    log.warn("deliveries not asked for again", { error });
  }
}

async function sweep(parts: Parts, open: OpenItems): Promise<void> {
  try {
    parts.log.info("repositories swept", await sweepRepositories(await open, parts));
  } catch (error) {
    parts.log.warn("repositories not swept", { error });
  }
}

async function discover(parts: Parts): Promise<void> {
  try {
    parts.log.info("repositories discovered", await discoverRepositories(parts));
  } catch (error) {
    parts.log.warn("repositories not discovered", { error });
  }
}
