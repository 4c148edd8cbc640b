import type { LaunchReport } from "./decision.ts";
import { messageOf } from "./errors.ts";
import { aftermathOf, GitHubError } from "./github-error.ts";
import { findCompute } from "./find-compute.ts";
import type { ImageReadiness } from "./image-readiness.ts";
import { newestLaunch } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, Launch, Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import { runnerEnvironment, runnerTags } from "./runner-environment.ts";
import { runnerName } from "./runner-name.ts";
import type { RunnerProviders } from "./runner-provider.ts";
import type { JobState, Registration, RunnerRegistry } from "./runner-registry.ts";
import type { Shortages } from "./shortages.ts";
import { settleAfter } from "./waits.ts";

/** What starting a runner needs of the outside. */
export type LaunchPorts = {
  readonly ledger: Pick<Ledger, "read">;
  readonly registry: RunnerRegistry;
  readonly providers: RunnerProviders;
  readonly images: ImageReadiness;
  readonly shortages: Shortages;
  readonly log: Log;
  readonly runnerPrefix: string;
  /** Seconds after which a runner without a job ends. */
  readonly idleSeconds: number;
  /** Whether jobs of pull requests from forks run. */
  readonly forks: "refuse" | "allow";
};

/**
 * Carries out the newest launch of a job: settles earlier ones whose outcome nobody knows, registers a
 * runner at GitHub last thing before the compute is asked for, and never uses a registration twice.
 * @returns how the launch ended, or where the job stands when that turns out to have had a runner
 */
export async function launchRunner(
  item: JobItem,
  ports: LaunchPorts,
): Promise<LaunchReport | JobState> {
  const newest = newestLaunch(item);
  if (newest === undefined) throw new Error(`${item.id} has no launch to carry out`);
  const fate = await settleEarlier(item, newest, ports);
  if (fate !== undefined) return fate;
  const { image: name, architecture } = item.spec;
  const obstacle = await ports.images.findObstacle({ name, architecture });
  if (obstacle !== undefined) return { kind: "held", number: newest.number, message: obstacle };
  const shortage = ports.shortages.find(item, newest);
  if (shortage !== undefined) return { ...shortage, number: newest.number };
  try {
    const registration = await ports.registry.register(item.job, nameOf(item, newest, ports));
    return await startCompute(item, { launch: newest, registration }, ports);
  } catch (error) {
    return reportFailure(error, newest.number);
  }
}

async function settleEarlier(
  item: JobItem,
  newest: Launch,
  ports: LaunchPorts,
): Promise<LaunchReport | JobState | undefined> {
  try {
    for (const earlier of item.launches) {
      if (earlier.outcome !== "open" || earlier === newest) continue;
      const fate = await settle(item, { earlier, newest }, ports);
      if (fate !== undefined) return fate;
    }
    return undefined;
  } catch (error) {
    return reportUnsettled(error, newest.number);
  }
}

// Before another runner is started, the one that may have been is looked for: alive or booting it is
// taken; without compute its registration is removed, so that it cannot be given a job, though not
// before either would be seen if it were there.
async function settle(
  item: JobItem,
  { earlier, newest }: { earlier: Launch; newest: Launch },
  ports: LaunchPorts,
): Promise<LaunchReport | JobState | undefined> {
  const name = nameOf(item, earlier, ports);
  const { number } = earlier;
  const registered = await ports.registry.find(item.job, name);
  const compute = await findCompute(item, earlier, ports);
  if (compute !== undefined) {
    if (registered === undefined) return findHadRunner(item, ports);
    return { kind: "started", number, ...compute, ...registered };
  }
  const unsettled = { kind: "unsettled", number: newest.number } as const;
  const retryAt = earlier.at + settleAfter;
  const mayShowUp = registered !== undefined || earlier.isUnasked !== true;
  if (mayShowUp && newest.at < retryAt) {
    return { ...unsettled, message: `runner ${name} may still show up`, retryAt };
  }
  if (registered === undefined) return undefined;
  const removal = await ports.registry.remove(item.job, registered.registrationId);
  if (removal !== "busy") return undefined;
  return { ...unsettled, message: `runner ${name} is busy, but its compute was not found` };
}

// A runner that is up and that GitHub does not know (any more) never gets a job: either it has had one
// already, and that may be this one, or its registration was removed.
async function findHadRunner(
  { job }: JobItem,
  { registry }: LaunchPorts,
): Promise<JobState | undefined> {
  const state = await registry.readJob(job);
  return state.status === "queued" || state.status === "waiting" ? undefined : state;
}

async function startCompute(
  item: JobItem,
  { launch, registration }: { launch: Launch; registration: Registration },
  ports: LaunchPorts,
): Promise<LaunchReport> {
  const { number, provider } = launch;
  const runner = nameOf(item, launch, ports);
  const { idleSeconds, forks } = ports;
  const outcome = await ports.providers[provider].launch({
    runnerName: runner,
    provider,
    repository: item.job.repository.fullName,
    spec: item.spec,
    encodedJitConfig: registration.encodedJitConfig,
    environment: runnerEnvironment(item, { runnerName: runner, idleSeconds, forks }),
    tags: runnerTags(item, runner),
  });
  ports.shortages.note(item, launch, outcome);
  if (outcome.kind === "started") {
    return { ...outcome, number, registrationId: registration.registrationId };
  }
  if (outcome.kind === "unknown") return { ...outcome, number };
  return { ...outcome, number, ...(await discard(item, registration, ports)) };
}

// Nothing was started, so nobody will use the registration: it must not be given a job.
async function discard(
  item: JobItem,
  { registrationId }: Registration,
  { registry, log }: LaunchPorts,
): Promise<{ readonly leftRegistrationId?: number }> {
  try {
    await registry.remove(item.job, registrationId);
    return {};
  } catch (error) {
    log.warn("registration not removed", { jobId: item.job.id, registrationId, error });
    return { leftRegistrationId: registrationId };
  }
}

function reportUnsettled(error: unknown, number: number): LaunchReport {
  const report = { kind: "unsettled", number, message: messageOf(error) } as const;
  if (!(error instanceof GitHubError)) return { ...report, error: toError(error) };
  const unanswered = error.retryable ? ({ isUnanswered: true } as const) : {};
  return { ...report, ...aftermathOf(error), ...unanswered };
}

function reportFailure(error: unknown, number: number): LaunchReport {
  const message = messageOf(error);
  if (!(error instanceof GitHubError)) {
    return { kind: "unknown", number, message, error: toError(error) };
  }
  switch (error.code) {
    case "GitHubUnavailable":
    case "RunnerNameTaken":
      return { kind: "unknown", number, message, isUnasked: true };
    case "GitHubRateLimited":
    case "InstallationGone":
    case "CredentialsRefused":
    case "GitHubRefused":
      return { kind: "unregistered", number, message, ...aftermathOf(error) };
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function nameOf(item: JobItem, { number }: Launch, { runnerPrefix }: LaunchPorts): string {
  return runnerName(runnerPrefix, jobKey(item.job), number);
}
