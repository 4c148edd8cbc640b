import type { CapItem } from "./cap-item.ts";
import type { RunnerUse } from "./cost.ts";
import type { CursorItem } from "./cursor-item.ts";
import type { Job, JobKey, Repository } from "./job.ts";
import type { RunnerSpec } from "./labels.ts";
import type { ProviderName } from "./provider.ts";
import { clockTolerance } from "./waits.ts";

/** Where a job stands: a refused one has a runner that only tells why, a failed one needs a person. */
export type JobStatus =
  | "launching"
  | "launched"
  | "running"
  | "completed"
  | "parked"
  | "refused"
  | "failed";

/** One try to start a runner for a job; `number` is fresh for every try and part of the runner's name. */
export type Launch = {
  readonly number: number;
  readonly provider: ProviderName;
  readonly at: number;
  /** `open` until the outcome is known: only then may the next launch begin. */
  readonly outcome: "open" | "started" | "not-started" | "ended";
  /** Its provider would not have taken it at any time. */
  readonly isInvalid?: true;
  /** When its runner ended, where that was before its job began. */
  readonly endedAt?: number;
  /** Known to have no compute, whatever became of its registration. */
  readonly isUnasked?: true;
  readonly reason?: string;
};

/** Everything known about one attempt of one job. Times are milliseconds since the epoch. */
export type JobItem = {
  readonly kind: "job";
  readonly id: `job#${JobKey}`;
  readonly job: Job;
  /** When GitHub told the name that its repository has here, where that was not with its first news. */
  readonly namedAt?: number;
  readonly status: JobStatus;
  /** What the labels ask for; a refused job has the default size. */
  readonly spec: RunnerSpec;
  /** Why the job cannot be served, as its own log will say. */
  readonly refusal?: string;
  /** Why it waits, or failed. */
  readonly reason?: string;
  readonly launches: readonly Launch[];
  /** Index into `spec.rungs` of the newest or next launch. */
  readonly rung: number;
  /** How often in a row it had to wait for capacity, a limit or a replacement. */
  readonly waits: number;
  /** How many runners in a row ended, or were given up, without having taken this job. */
  readonly losses: number;
  /** Its launches were accepted, and yet its runners found no room: since when, when last, how often. */
  readonly unplaced?: { readonly since: number; readonly last: number; readonly count: number };
  /** GitHub has to be asked whether the job still waits before the next launch. */
  readonly doubtful: boolean;
  /** How many runners idled in vain while other jobs of the run were running. */
  readonly idled?: number;
  /** Since when GitHub holds the job back, while it is parked for that. */
  readonly heldAt?: number;
  /** Who is launching right now, and until when nobody else may. */
  readonly lease?: { readonly owner: string; readonly until: number };
  /** Actions decided and not yet known to be done; reconcile sees to them after `wakeAt`. */
  readonly owed: readonly JobDebt[];
  /** When the item is looked at again without an event. */
  readonly wakeAt?: number;
  /** The runner that serves the job, which may have been made for another one. */
  readonly runnerName?: string;
  readonly conclusion?: string;
  readonly times: JobTimes;
  readonly expiresAt: number;
};

/** What is done for a job outside: a runner started, its people told that it was given up. */
export type JobDebt = "launch" | "tell";

/** When the job reached each step, in milliseconds since the epoch. */
export type JobTimes = {
  readonly queued?: number;
  readonly received?: number;
  readonly claimed?: number;
  /** When it was claimed first after the last runner that was started for it; later by what GitHub cost. */
  readonly tried?: number;
  /** When a refused job had its turn. */
  readonly refused?: number;
  readonly launched?: number;
  readonly started?: number;
  readonly completed?: number;
};

/** Everything known about one runner. */
export type RunnerItem = {
  readonly kind: "runner";
  readonly id: `runner#${string}`;
  readonly name: string;
  readonly madeFor: JobKey;
  /** The job it took, told once by `in_progress` or `completed`; GitHub may give it any that fits. */
  readonly serves?: JobKey;
  readonly labels: readonly string[];
  readonly repository?: Repository;
  readonly installationId?: number;
  readonly provider?: ProviderName;
  /** When its launch was decided. */
  readonly launchedAt?: number;
  /** What the job asked for that it was made for. */
  readonly size?: RunnerUse["spec"];
  /** Task ARN or build id. */
  readonly computeId?: string;
  /** Id of the runner at GitHub. */
  readonly registrationId?: number;
  readonly ended?: { readonly at: number; readonly reason: string };
  /** Whether its capacity was taken back (Fargate Spot). */
  readonly interrupted?: boolean;
  readonly owed: readonly RunnerDebt[];
  readonly wakeAt?: number;
  readonly expiresAt: number;
};

/** What has to be done about a runner that is no longer needed, in this order. */
export const runnerDebts = ["deregister", "stop"] as const;
export type RunnerDebt = (typeof runnerDebts)[number];

/**
 * Where a failed run stands: GitHub has not told which jobs failed, a runner of theirs may have been
 * interrupted, all were, it has a new attempt, nothing is done about it, or a person must act.
 */
export type RunStatus = "unlisted" | "waiting" | "interrupted" | "rerun" | "left" | "failed";

/** A run that failed, of a repository that wants its interrupted jobs to be run again. */
export type RunItem = {
  readonly kind: "run";
  readonly id: `run#${number}`;
  readonly runId: number;
  /** The attempt that failed. */
  readonly attempt: number;
  readonly conclusion: string;
  /** When it ended at GitHub. */
  readonly endedAt: number;
  readonly repository: Repository;
  readonly installationId?: number;
  readonly status: RunStatus;
  /** Runners of failed jobs that nobody has told the end of yet. */
  readonly runners: readonly string[];
  readonly owed: readonly "rerun"[];
  readonly wakeAt?: number;
  readonly tries: number;
  /** Why it is run again, waits, or is left alone. */
  readonly reason?: string;
  /** Since when jobs of its later attempts get no Spot capacity. */
  readonly onDemandSince?: number;
  readonly expiresAt: number;
};

/** Everything that the ledger remembers, told apart by `kind`. */
export type LedgerItem = JobItem | RunnerItem | RunItem | CursorItem | CapItem;
/** The key of an item: its kind, and what it is about. */
export type ItemId = LedgerItem["id"];

/** An item with the number of times it was written; 0 and no item: it does not exist. */
export type Stored = { readonly item?: LedgerItem; readonly version: number };

/** The memory of the system: single items, written only when nobody else wrote meanwhile. */
export interface Ledger {
  /** The item as last written; an expired one counts as absent. */
  read(id: ItemId): Promise<Stored>;
  /** Writes the item if it still has `version`; false when somebody else was faster. */
  write(item: LedgerItem, version: number): Promise<boolean>;
  /** Items whose `wakeAt` is not after `now`, the longest due first. */
  due(now: number, limit: number): Promise<readonly LedgerItem[]>;
}

export function jobItemId(key: JobKey): `job#${JobKey}` {
  return `job#${key}`;
}

export function runnerItemId(name: string): `runner#${string}` {
  return `runner#${name}`;
}

export function runItemId(runId: number): `run#${number}` {
  return `run#${runId}`;
}

/** Whether the text names an item that can be woken: caps and cursors never are. */
export function isItemId(text: string): text is ItemId {
  return ["job#", "runner#", "run#"].some((kind) => text.startsWith(kind));
}

/** Whether nothing more will happen to the job. */
export function isClosed(item: JobItem): boolean {
  return item.times.completed !== undefined || item.status === "failed";
}

/** Whether the item asked to be looked at by now; a reminder may come a little early. */
export function isDue({ wakeAt }: LedgerItem, now: number): boolean {
  return wakeAt !== undefined && wakeAt <= now + clockTolerance;
}
