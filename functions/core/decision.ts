import type { CheckFailure, JobChecked } from "./checked-job.ts";
import type { JobEnvelope, RunEnvelope } from "./envelope.ts";
import type { JobTelling } from "./job-notices.ts";
import type { JobKey } from "./job.ts";
import type { RunnerSpec } from "./labels.ts";
import type { ItemId, JobItem, LedgerItem, RunItem, RunnerDebt, RunnerItem } from "./ledger.ts";
import type { Policy } from "./policy.ts";
import type { RepositoryRoles } from "./repository-roles.ts";
import type { LaunchFailure } from "./runner-provider.ts";
import type { RunnerEnd } from "./state-change.ts";

/** What the labels say about a job that is queued, and the policy: only that shuts a job out. */
export type Assessment =
  | { readonly kind: "ignore"; readonly reason: string; readonly isShutOut?: true }
  | { readonly kind: "launch"; readonly spec: RunnerSpec }
  | { readonly kind: "refuse"; readonly reason: string; readonly spec: RunnerSpec };

/** How one launch ended, told by whoever carried it out. */
export type LaunchReport =
  | {
      readonly kind: "started";
      readonly number: number;
      readonly computeId: string;
      readonly registrationId?: number;
    }
  | (LaunchFailure & {
      readonly number: number;
      /** When the next try is to be made at the earliest, in milliseconds since the epoch. */
      readonly retryAt?: number;
      /** The registration of a runner that was not started, where it could not be removed. */
      readonly leftRegistrationId?: number;
      /** GitHub did not say whether it registered the runner: no compute was asked for. */
      readonly isUnasked?: true;
      readonly error?: Error;
    })
  /** Nothing was tried, as there is no image yet to start a runner from; no earlier one is left. */
  | { readonly kind: "no-image"; readonly number: number; readonly message: string }
  /** GitHub registered no runner, and another rung would not help; all earlier launches are settled. */
  | (Unstarted & { readonly kind: "unregistered" })
  /** What became of an earlier launch could not be found out, so that nothing was started. */
  | (Unstarted & {
      readonly kind: "unsettled";
      /** Earlier launches of which no runner was left, by number. */
      readonly settled?: readonly number[];
    });

/** A launch that brought a runner. */
export type Started = Extract<LaunchReport, { readonly kind: "started" }>;

/** A launch that brought none. */
export type NotStarted = Exclude<LaunchReport, Started>;

/** Nothing was started, whatever the rung. */
type Unstarted = {
  readonly number: number;
  readonly message: string;
  /** When GitHub may be asked again, in milliseconds since the epoch. */
  readonly retryAt?: number;
  /** GitHub did not answer, or not soon enough, or was not to be asked. */
  readonly isUnanswered?: true;
  /** What somebody has to know of, once it is written down. */
  readonly error?: Error;
};

/** Everything that can happen to items of the ledger. */
export type LedgerEvent =
  | { readonly kind: "job"; readonly envelope: JobEnvelope; readonly assessment: Assessment }
  | { readonly kind: "wake"; readonly itemId: ItemId }
  | { readonly kind: "launch-ended"; readonly jobKey: JobKey; readonly report: LaunchReport }
  | JobChecked
  | CheckFailure
  | { readonly kind: "runner-ended"; readonly end: RunnerEnd }
  | { readonly kind: "rebind"; readonly runnerName: string }
  | {
      readonly kind: "runner-retired";
      readonly name: string;
      readonly done: readonly RunnerDebt[];
    }
  /** Something of what is owed about the runner failed, and stays owed. */
  | {
      readonly kind: "runner-not-retired";
      readonly name: string;
      /** When GitHub may be asked again, in milliseconds since the epoch. */
      readonly retryAt?: number;
    }
  /** GitHub calls the runner busy, of which nothing is left: `done` is what would be done otherwise. */
  | {
      readonly kind: "registration-busy";
      readonly name: string;
      readonly done: readonly RunnerDebt[];
    }
  /** The runner was to be retired, but has a job. */
  | { readonly kind: "runner-busy"; readonly runnerName: string }
  | JobTelling
  | { readonly kind: "run"; readonly envelope: RunEnvelope; readonly isOptedIn: boolean }
  /** The runners of the run's failed jobs; "" for one that none had. */
  | {
      readonly kind: "run-listed";
      readonly run: RunItem;
      readonly runnerNames: readonly string[];
    }
  /** The run has a new attempt, or is gone. */
  | { readonly kind: "run-rerun"; readonly run: RunItem }
  | {
      readonly kind: "run-not-asked";
      readonly run: RunItem;
      readonly message: string;
      /** When GitHub may be asked again, in milliseconds since the epoch. */
      readonly retryAt?: number;
    };

/** What has to be done outside once the writes are made; each is safe to repeat. */
export type Action =
  | { readonly kind: "launch"; readonly item: JobItem }
  /** Ask GitHub where the job stands, and after `left`, a runner of another job that it waits for. */
  | { readonly kind: "check"; readonly item: JobItem; readonly left?: RunnerItem }
  | { readonly kind: "retire"; readonly item: RunnerItem }
  /** Tell the people of the job that it was given up. */
  | { readonly kind: "tell"; readonly item: JobItem }
  /** Look, with fresh eyes, which job and which runner are left over because of this runner. */
  | { readonly kind: "rebind"; readonly runnerName: string }
  /** Ask GitHub which jobs of the run failed. */
  | { readonly kind: "list-failed"; readonly item: RunItem }
  | { readonly kind: "rerun"; readonly item: RunItem }
  /** Look at the item again, at a time. */
  | { readonly kind: "wake"; readonly item: JobItem | RunItem; readonly at: number }
  /** Somebody else is at it: the message has to come again then. */
  | { readonly kind: "come-back"; readonly at: number };

/** What an event comes to: what is written, and then done. */
export type Decision = {
  /** Written in this order, until one loses against somebody else's: runners first, the job's row last. */
  readonly writes: readonly LedgerItem[];
  /** The writes need not wait for one another: what one of them lacks can be told from the others. */
  readonly inAnyOrder?: boolean;
  readonly actions: readonly Action[];
  /** What was decided, in a few constant words, for the log. */
  readonly outcome: string;
};

/** The circumstances of a decision. */
export type Circumstances = {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Names this invocation, for leases. */
  readonly owner: string;
  /** How often somebody else wrote meanwhile, so that the decision is made anew. */
  readonly conflicts: number;
  /** Whether so much time has passed that nothing long should be begun. */
  readonly isLate: boolean;
  /** A fresh number in [0, 1): spreads waits. */
  readonly jitter: number;
  readonly runnerPrefix: string;
  /** Whose jobs a runner may be given: those of its organization, or of its repository alone. */
  readonly runnerScope: "organization" | "repository";
  readonly repositoryRoles: RepositoryRoles;
  /** Who may have runners, as it is now: a job may have waited since it was let in. */
  readonly policy: Policy;
  /** How long a job may wait for capacity before it is refused, in milliseconds. */
  readonly capacityDeadline: number;
  /** Seconds after which a runner without a job ends. */
  readonly idleSeconds: number;
} & RefusalRules;

/** How a job is told in its own log that it cannot be served. */
export type RefusalRules = {
  /** The runner that tells it. */
  readonly refusalSpec: RunnerSpec;
  /** How many jobs of one repository are told so within an hour. */
  readonly refusalsPerHour: number;
};

/** The items an event is about, by id; absent ones do not exist. */
export type Items = ReadonlyMap<ItemId, LedgerItem>;

/** The decision to do nothing, and why. */
export function nothing(outcome: string): Decision {
  return { writes: [], actions: [], outcome };
}

/** The job among the items; undefined where it is none of them. */
export function jobItemOf(items: Items, id: ItemId): JobItem | undefined {
  const item = items.get(id);
  return item?.kind === "job" ? item : undefined;
}

/** The runner among the items; undefined where it is none of them. */
export function runnerItemOf(items: Items, id: ItemId): RunnerItem | undefined {
  const item = items.get(id);
  return item?.kind === "runner" ? item : undefined;
}

/** The run among the items; undefined where it is none of them. */
export function runItemOf(items: Items, id: ItemId): RunItem | undefined {
  const item = items.get(id);
  return item?.kind === "run" ? item : undefined;
}
