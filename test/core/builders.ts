import type {
  Assessment,
  Circumstances,
  Items,
  LaunchReport,
} from "../../functions/core/decision.ts";
import type { JobEnvelope, RunEnvelope } from "../../functions/core/envelope.ts";
import { type Job, jobKey } from "../../functions/core/job.ts";
import type { RunnerSpec } from "../../functions/core/labels.ts";
import {
  type JobItem,
  jobItemId,
  type Launch,
  type LedgerItem,
  type RunItem,
  runItemId,
  type RunnerItem,
  runnerItemId,
} from "../../functions/core/ledger.ts";
import { leaseDuration, overdueAfter, retention } from "../../functions/core/waits.ts";

/** When everything in these tests begins, in milliseconds since the epoch. */
export const start = 1_700_000_000_000;

/** The id of the job that builders make unless they are told otherwise. */
export const jobId = 4_711;

/** A queued job as GitHub describes it. */
export function queuedJob(overrides: Partial<Job> = {}): Job {
  return {
    id: jobId,
    attempt: 1,
    runId: 99,
    name: "build",
    workflow: "CI",
    headSha: "16c5286e8d9a0629956a28938386b36608707a71",
    labels: ["tornade"],
    repository: {
      id: 7,
      fullName: "acme/app",
      owner: "acme",
      ownerType: "Organization",
      private: true,
    },
    installationId: 42,
    ...overrides,
  };
}

/** A delivery about {@link queuedJob}, `queued` unless told otherwise. */
export function jobEnvelope(overrides: Partial<JobEnvelope> = {}): JobEnvelope {
  return {
    version: 1,
    kind: "job",
    action: "queued",
    deliveryId: "d-1",
    receivedAt: start,
    happenedAt: start - 1_000,
    job: queuedJob(),
    ...overrides,
  };
}

/** A delivery about the failed run of {@link queuedJob}. */
export function runEnvelope(overrides: Partial<RunEnvelope> = {}): RunEnvelope {
  const { runId, repository, installationId } = queuedJob();
  return {
    version: 1,
    kind: "run",
    deliveryId: "d-9",
    receivedAt: start,
    happenedAt: start,
    runId,
    attempt: 1,
    conclusion: "failure",
    repository,
    ...(installationId === undefined ? {} : { installationId }),
    ...overrides,
  };
}

/** The event of a delivery about a run. */
export function runEvent(overrides: Partial<RunEnvelope> = {}, isOptedIn = true) {
  return { kind: "run", envelope: runEnvelope(overrides), isOptedIn } as const;
}

/** The runner that a job without further labels gets. */
export function runnerSpec(overrides: Partial<RunnerSpec> = {}): RunnerSpec {
  return {
    rungs: ["FARGATE"],
    architecture: "X86_64",
    cpu: 1,
    memory: 2,
    disk: 20,
    image: "default",
    timeoutMinutes: 360,
    ...overrides,
  };
}

/** The assessment of a job whose labels can be served. */
export function toLaunch(overrides: Partial<RunnerSpec> = {}): Assessment {
  return { kind: "launch", spec: runnerSpec(overrides) };
}

/** The assessment of a job whose repository the policy shuts out. */
export const toIgnore: Assessment = {
  kind: "ignore",
  reason: "owner is not allowed",
  isShutOut: true,
};

/** The event of a delivery. */
export function jobEvent(overrides: Partial<JobEnvelope> = {}, assessment = toLaunch()) {
  return { kind: "job", envelope: jobEnvelope(overrides), assessment } as const;
}

/** The event that a launch for {@link queuedJob} ended. */
export function launchEnded(report: LaunchReport) {
  return { kind: "launch-ended", jobKey: jobKey(queuedJob()), report } as const;
}

export function launchOf(number: number, overrides: Partial<Launch> = {}): Launch {
  return { number, provider: "FARGATE", at: start, outcome: "open", ...overrides };
}

/** The item of {@link queuedJob}: parked and due unless told otherwise. */
export function jobItem(overrides: Partial<JobItem> = {}): JobItem {
  const job = overrides.job ?? queuedJob();
  return {
    kind: "job",
    id: jobItemId(jobKey(job)),
    job,
    status: "parked",
    spec: runnerSpec(),
    launches: [],
    rung: 0,
    waits: 0,
    losses: 0,
    doubtful: false,
    owed: [],
    wakeAt: start,
    times: { queued: start - 1_000, received: start },
    expiresAt: start + retention,
    ...overrides,
  };
}

/** The item of a job whose first launch is under way, by `owner`. */
export function launchingItem(overrides: Partial<JobItem> = {}): JobItem {
  return jobItem({
    status: "launching",
    launches: [launchOf(1)],
    lease: { owner: "us", until: start + leaseDuration },
    owed: ["launch"],
    wakeAt: start + leaseDuration,
    ...overrides,
  });
}

/** The item of a job whose first runner was started. */
export function launchedItem(overrides: Partial<JobItem> = {}): JobItem {
  return jobItem({
    status: "launched",
    launches: [launchOf(1, { outcome: "started" })],
    wakeAt: start + overdueAfter,
    ...overrides,
  });
}

/** The item of a job that runs on its own first runner. */
export function runningItem(overrides: Partial<JobItem> = {}): JobItem {
  return launchedItem({
    status: "running",
    runnerName: "tornade-4711-1-1",
    times: { received: start, started: start + 30_000 },
    ...overrides,
  });
}

/** The first runner of {@link queuedJob}, up and idle. */
export function runnerItem(overrides: Partial<RunnerItem> = {}): RunnerItem {
  const name = overrides.name ?? "tornade-4711-1-1";
  const { labels, repository, installationId } = queuedJob();
  return {
    kind: "runner",
    id: runnerItemId(name),
    name,
    madeFor: jobKey(queuedJob()),
    labels,
    repository,
    ...(installationId === undefined ? {} : { installationId }),
    provider: "FARGATE",
    launchedAt: start,
    size: { architecture: "X86_64", cpu: 1, memory: 2, disk: 20 },
    computeId: "task-1",
    registrationId: 1,
    owed: [],
    expiresAt: start + retention,
    ...overrides,
  };
}

/** The item of the run of {@link queuedJob}: as new as it can be unless told otherwise. */
export function runItem(overrides: Partial<RunItem> = {}): RunItem {
  const { runId, repository, installationId } = queuedJob();
  return {
    kind: "run",
    id: runItemId(runId),
    runId,
    attempt: 1,
    conclusion: "failure",
    endedAt: start,
    repository,
    ...(installationId === undefined ? {} : { installationId }),
    status: "unlisted",
    runners: [],
    owed: [],
    tries: 0,
    expiresAt: start + retention,
    ...overrides,
  };
}

/** What a decision is made in: at the start, by `us`, without jitter. */
export function circumstances(overrides: Partial<Circumstances> = {}): Circumstances {
  return {
    now: start,
    owner: "us",
    conflicts: 0,
    isLate: false,
    policy: { owners: ["acme", "initech", "umbrella"], publicRepositories: "refuse" },
    jitter: 0,
    runnerPrefix: "tornade",
    runnerScope: "organization",
    repositoryRoles: new Map(),
    capacityDeadline: 3_600_000,
    idleSeconds: 300,
    refusalSpec: runnerSpec(),
    refusalsPerHour: 20,
    ...overrides,
  };
}

/** The ledger as a decision sees it. */
export function itemsOf(...items: readonly LedgerItem[]): Items {
  return new Map(items.map((item) => [item.id, item]));
}
