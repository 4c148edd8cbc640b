import type { Timeline } from "../timeline.ts";
import type { WireRequest } from "../wire.ts";
import { createSequence, type Random } from "./identifiers.ts";
import type {
  App,
  CheckRun,
  Delivery,
  InstallationToken,
  Job,
  Owner,
  Permissions,
  Repository,
  Runner,
  SubscribedEvent,
} from "./model.ts";
import { createPlannedFaults, type PlannedFaults } from "./planned-faults.ts";
import type { OpenSession } from "./session.ts";
import type { Watcher } from "./watcher.ts";

/** How a simulated GitHub is set up. */
export type GitHubOptions = {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly app: App;
  readonly webhookSecret: string;
  /** Carries a webhook to the App; what it answers is recorded, a rejection is a failed connection. */
  readonly deliver: (request: WireRequest) => Promise<{ readonly status: number }>;
  /**
   * What every installation grants the App.
   * @default write for everything tornade can ask for
   */
  readonly permissions?: Permissions;
  /** @default ["workflow_job"] */
  readonly events?: readonly SubscribedEvent[];
  /**
   * From a job or runner becoming ready to their being matched.
   * @default 500
   */
  readonly assignmentDelayMilliseconds?: number;
  /**
   * From an event to its webhook.
   * @default 300
   */
  readonly deliveryDelayMilliseconds?: number;
  /**
   * The primary rate limit of each installation.
   * @default 5000
   */
  readonly requestsPerHour?: number;
  /**
   * The secondary rate limit of each endpoint: a read costs one point, a write five.
   * @default 900
   */
  readonly pointsPerMinute?: number;
};

/** Everything a simulated GitHub knows. */
export type State = Required<GitHubOptions> & {
  readonly nextId: Readonly<Record<IdKind, () => number>>;
  /** By login in lower case. */
  readonly owners: Map<string, Owner>;
  /** By full name in lower case; the owner is looked up, because its installation may change. */
  readonly repositories: Map<string, Omit<Repository, "owner">>;
  readonly tokens: Map<string, InstallationToken>;
  readonly rateWindows: Map<string, RateWindow>;
  readonly runners: Map<number, Runner>;
  /** What cancels the removal of a runner that is not connected. */
  readonly runnerExpiries: Map<number, () => void>;
  readonly sessions: Map<number, OpenSession>;
  readonly jobs: Map<number, Job>;
  /** The queued jobs, oldest first: what keeps GitHub from giving each up after a day, by id. */
  readonly queued: Map<number, () => void>;
  /** Ids of the jobs of each run, all attempts together. */
  readonly runs: Map<number, Set<number>>;
  /** Ids of the runs of each repository, oldest first, by its full name in lower case. */
  readonly runsOf: Map<string, Set<number>>;
  readonly announcedRuns: Set<string>;
  readonly deliveries: Delivery[];
  readonly checkRuns: CheckRun[];
  readonly assignment: { requested: boolean };
  readonly watchers: Set<Watcher>;
  /** What goes wrong inside GitHub; nothing does by itself. */
  readonly faults: PlannedFaults;
};

/** A count that starts again when its time is over. */
export type RateWindow = { readonly endsAt: number; readonly used: number };

type IdKind = "account" | "installation" | "runner" | "job" | "run" | "delivery";

const allPermissions: Permissions = {
  actions: "write",
  administration: "write",
  checks: "write",
  metadata: "read",
  organization_self_hosted_runners: "write",
};

/** A GitHub in which nothing has happened yet. */
export function createState(options: GitHubOptions): State {
  return {
    permissions: allPermissions,
    events: ["workflow_job"],
    assignmentDelayMilliseconds: 500,
    deliveryDelayMilliseconds: 300,
    requestsPerHour: 5000,
    pointsPerMinute: 900,
    ...options,
    nextId: createSequences(),
    owners: new Map(),
    repositories: new Map(),
    tokens: new Map(),
    rateWindows: new Map(),
    runners: new Map(),
    runnerExpiries: new Map(),
    sessions: new Map(),
    jobs: new Map(),
    queued: new Map(),
    runs: new Map(),
    runsOf: new Map(),
    announcedRuns: new Set(),
    deliveries: [],
    checkRuns: [],
    assignment: { requested: false },
    watchers: new Set(),
    faults: createPlannedFaults(),
  };
}

/** The id of the first job that anybody queues. */
export const firstJobId = 41_987_654_321;

/** Ids of the size GitHub's have, with gaps. */
function createSequences(): State["nextId"] {
  return {
    account: createSequence(591_427_149, 37),
    installation: createSequence(23_154_469, 11),
    runner: createSequence(1042, 1),
    job: createSequence(firstJobId, 7),
    run: createSequence(14_876_543_210, 5),
    delivery: createSequence(12_345_678_901, 13),
  };
}
