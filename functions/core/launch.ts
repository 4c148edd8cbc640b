import type { LaunchReport } from "./decision.ts";
import { messageOf, toError } from "./errors.ts";
import { aftermathOf, GitHubError } from "./github-error.ts";
import type { ImageReadiness } from "./image-readiness.ts";
import { newestLaunch } from "./job-item.ts";
import { jobKey } from "./job.ts";
import type { JobItem, Launch } from "./ledger.ts";
import type { Log } from "./log.ts";
import { type Pace, serviceOf } from "./pace.ts";
import type { Policy } from "./policy.ts";
import { runnerEnvironment, type RunnerRules, runnerTags } from "./runner-environment.ts";
import { runnerName } from "./runner-name.ts";
import type { JobState, Registration } from "./runner-registry.ts";
import type { Shortages } from "./shortages.ts";
import { settleEarlier, type SettlePorts } from "./settle-earlier.ts";

/** What starting a runner needs of the outside. */
export type LaunchPorts = SettlePorts &
  Omit<RunnerRules, "runnerName"> & {
    readonly policy: Policy;
    readonly images: ImageReadiness;
    readonly shortages: Shortages;
    readonly pace: Pace;
    readonly log: Log;
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
  const obstacle = await ports.images.whyNotReady({ name, architecture });
  if (obstacle !== undefined) return { kind: "no-image", number: newest.number, message: obstacle };
  const shortage = ports.shortages.find(item, newest);
  if (shortage !== undefined) return { ...shortage, number: newest.number };
  // Those that a throttle held up come first; and a registration would be wasted.
  const throttle = item.waits === 0 ? ports.pace.whyWait(serviceOf(newest.provider)) : undefined;
  if (throttle !== undefined) return reportThrottle(throttle, newest, ports);
  try {
    const registration = await ports.registry.register(item.job, nameOf(item, newest, ports));
    return await startCompute(item, { launch: newest, registration }, ports);
  } catch (error) {
    return inTurn(item, reportFailure(error, newest.number), ports);
  }
}

function reportThrottle(
  message: string,
  { number, provider }: Launch,
  { pace, now }: LaunchPorts,
): LaunchReport {
  const retryAt = pace.queueUp(serviceOf(provider), { from: now(), message });
  return { kind: "throttled", number, message, retryAt };
}

// Not all at once when GitHub may be asked again.
function inTurn(item: JobItem, report: LaunchReport, { pace }: LaunchPorts): LaunchReport {
  if (report.kind !== "unregistered" || report.retryAt === undefined) return report;
  const { message, retryAt: from } = report;
  return {
    ...report,
    retryAt: pace.queueUp(`owner ${item.job.repository.owner}`, { from, message }),
  };
}

async function startCompute(
  item: JobItem,
  { launch, registration }: { launch: Launch; registration: Registration },
  ports: LaunchPorts,
): Promise<LaunchReport> {
  const { number, provider } = launch;
  const runner = nameOf(item, launch, ports);
  const { idleSeconds, forks, policy, repositoryRoles } = ports;
  const rules = { runnerName: runner, idleSeconds, forks, policy, repositoryRoles };
  const outcome = await ports.providers[provider].launch({
    runnerName: runner,
    provider,
    repository: item.job.repository.fullName,
    spec: item.spec,
    encodedJitConfig: registration.encodedJitConfig,
    environment: runnerEnvironment(item, rules),
    tags: runnerTags(item, runner),
  });
  ports.shortages.note(item, launch, outcome);
  if (outcome.kind === "started") {
    ports.pace.noteSuccess(serviceOf(provider));
    return { ...outcome, number, registrationId: registration.registrationId };
  }
  if (outcome.kind === "unknown") return { ...outcome, number };
  const left = await discard(item, registration, ports);
  if (outcome.kind !== "throttled") return { ...outcome, number, ...left };
  return { ...reportThrottle(outcome.message, launch, ports), ...left };
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

function reportFailure(error: unknown, number: number): LaunchReport {
  const message = messageOf(error);
  if (!(error instanceof GitHubError)) {
    return { kind: "unknown", number, message, error: toError(error) };
  }
  switch (error.code) {
    case "GitHubUnavailable":
    case "GitHubConflict":
      return { kind: "unknown", number, message, isUnasked: true };
    case "GitHubRateLimited":
    case "CredentialsRefused":
      return { kind: "unregistered", number, message, isUnanswered: true, ...aftermathOf(error) };
    case "InstallationGone":
    case "GitHubRefused":
      return { kind: "unregistered", number, message, ...aftermathOf(error) };
  }
}

function nameOf(item: JobItem, { number }: Launch, { runnerPrefix }: LaunchPorts): string {
  return runnerName(runnerPrefix, jobKey(item.job), number);
}
