import { toCost } from "./cost.ts";
import { hideAccounts } from "./hide-accounts.ts";
import { hostedPrice } from "./hosted-price.ts";
import { newestLaunch } from "./job-item.ts";
import type { Repository } from "./job.ts";
import type { JobItem, Launch } from "./ledger.ts";
import type { Policy } from "./policy.ts";
import { toProvidedSize } from "./provided-size.ts";
import { type RepositoryRoles, roleOf } from "./repository-roles.ts";

/** What a runner is told besides what its job says. */
export type RunnerRules = {
  readonly runnerName: string;
  /** Seconds after which a runner without a job ends. */
  readonly idleSeconds: number;
  /** Whether jobs of pull requests from forks run. */
  readonly forks: "refuse" | "allow";
  /** Whether jobs of public repositories run. */
  readonly policy: Pick<Policy, "publicRepositories">;
  readonly repositoryRoles: RepositoryRoles;
};

/**
 * The environment variables that a runner starts with, besides its secret. The name comes first: the
 * state changes of a build carry the variables in order, and only the first one is looked at.
 */
export function runnerEnvironment(
  item: JobItem,
  rules: RunnerRules,
): Readonly<Record<string, string>> {
  const { job, spec, refusal } = item;
  const launch = newestLaunch(item);
  return {
    RUNNER_NAME: rules.runnerName,
    TORNADE_JOB_ID: String(job.id),
    TORNADE_JOB_NAME: job.name.slice(0, mostOfText).toWellFormed(),
    TORNADE_RUN_ID: String(job.runId),
    TORNADE_RUN_ATTEMPT: String(job.attempt),
    TORNADE_REPOSITORY: job.repository.fullName,
    TORNADE_PUBLIC_REPOSITORIES: servesPublic(job.repository, rules),
    // Only the event of the job shows a fork, and only the runner sees that.
    TORNADE_FORKS: rules.forks,
    TORNADE_IMAGE: spec.image,
    TORNADE_ARCHITECTURE: spec.architecture,
    TORNADE_PROVIDER: launch?.provider ?? "",
    TORNADE_IDLE_SECONDS: String(rules.idleSeconds),
    TORNADE_TIMEOUT_SECONDS: String(spec.timeoutMinutes * 60),
    ...(launch === undefined ? {} : toLaunchFacts(item, launch)),
    ...(refusal === undefined ? {} : { TORNADE_REFUSAL: refusal }),
  };
}

// GitHub may give the runner to a job of any repository.
function servesPublic(
  repository: Repository,
  { policy, repositoryRoles }: RunnerRules,
): Policy["publicRepositories"] {
  // Anybody may write to a public repository: its jobs must not have the role of a private one.
  const isFenced = repository.private && roleOf(repository, repositoryRoles) !== undefined;
  return isFenced ? "refuse" : policy.publicRepositories;
}

// All variables together have a limit of CodeBuild's, of which the secret takes half.
const mostOfText = 100;

// What the job's log and summary say about the runner; nothing depends on it.
function toLaunchFacts(
  { spec, refusal, launches, times }: JobItem,
  { provider, at }: Launch,
): Readonly<Record<string, string>> {
  const size = toProvidedSize(spec, provider);
  const price = toCost({ provider, spec, seconds: 60 });
  const hosted = hostedPrice(spec);
  const [first] = spec.rungs;
  // The ladder of a job that was refused after all is no longer its own.
  const isFallback = provider !== first && refusal === undefined;
  const missed = isFallback ? launches.findLast((launch) => launch.provider === first) : undefined;
  return {
    TORNADE_LAUNCHED_AT: String(at),
    ...(times.queued === undefined ? {} : { TORNADE_QUEUED_AT: String(times.queued) }),
    ...(size === undefined
      ? {}
      : { TORNADE_CPU: String(size.cpu), TORNADE_MEMORY: String(size.memory) }),
    ...(price === undefined ? {} : { TORNADE_USD_PER_MINUTE: price.toFixed(6) }),
    ...(hosted === undefined ? {} : { TORNADE_HOSTED_USD_PER_MINUTE: String(hosted) }),
    ...(missed === undefined ? {} : { TORNADE_FALLBACK: describeFallback(missed) }),
  };
}

function describeFallback({ provider, reason = "it was lost" }: Launch): string {
  return `${provider}: ${hideAccounts(reason)}`.slice(0, mostOfText).toWellFormed();
}

/** What bills and consoles show beside a runner. */
export function runnerTags({ job }: JobItem, runnerName: string): Readonly<Record<string, string>> {
  return {
    "tornade:runner": runnerName,
    "tornade:repository": job.repository.fullName,
    "tornade:run": String(job.runId),
    "tornade:job": String(job.id),
    "tornade:job-name": job.name,
  };
}
