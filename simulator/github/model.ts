import type { WireRequest } from "../wire.ts";

/** An organization or a person; with an installation number while the App is installed there. */
export type Owner = {
  readonly id: number;
  readonly login: string;
  readonly type: "Organization" | "User";
  readonly installationId?: number;
};

/** A repository as far as runners, jobs and webhooks show it. */
export type Repository = {
  readonly id: number;
  readonly name: string;
  /** `owner/name` */
  readonly fullName: string;
  readonly private: boolean;
  /** When one of its branches was last pushed to, in milliseconds since the Unix epoch. */
  readonly pushedAt: number;
  readonly owner: Owner;
};

/** Levels by permission name, e.g. `{ actions: "read" }`. */
export type Permissions = Readonly<Record<string, "read" | "write">>;

/** How a job can end, as far as the simulator lets it. */
export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "timed_out";

/** The runner a job ran on, kept after the registration is gone. */
export type JobRunner = {
  readonly id: number;
  readonly name: string;
  readonly groupId: number;
};

/** What can start a run, as far as it matters here: whether something was pushed. */
export type RunEvent = "push" | "schedule" | "workflow_dispatch";

/** A workflow job; every change makes a new object. */
export type Job = {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** What started the run. */
  readonly event: RunEvent;
  readonly name: string;
  readonly labels: readonly string[];
  /** `waiting` for an environment's approval, `pending` behind a concurrency group. */
  readonly status: "waiting" | "pending" | "queued" | "in_progress" | "completed";
  /** The environment it is deployed to; named in every webhook about the job. */
  readonly environment?: string;
  readonly conclusion: Conclusion | null;
  /** All times are milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly runner: JobRunner | null;
  /** How long the job's steps take on a runner. */
  readonly durationMilliseconds: number;
  /** How it ends when nothing comes between. */
  readonly wantedConclusion: Conclusion;
  /** What the job's log shows as errors. */
  readonly annotations: readonly string[];
};

/** A registered runner; every change makes a new object. */
export type Runner = {
  readonly id: number;
  readonly name: string;
  /** An owner's login, or `owner/name` for a runner of one repository. */
  readonly scope: string;
  readonly groupId: number;
  readonly labels: readonly string[];
  /** The OAuth client of this registration: what makes a JIT config more than a runner id. */
  readonly clientId: string;
  /** `unused` until its JIT config has been connected with, which can be done once. */
  readonly status: "unused" | "online" | "offline";
  /** The job it was given, from the assignment on. */
  readonly jobId: number | null;
};

/** The App as GitHub knows it: the public half of its key is enough to verify what it signs. */
export type App = {
  readonly id: number;
  /** @default derived from the id, in GitHub's form */
  readonly clientId?: string;
  /** PEM */
  readonly publicKey: string;
};

/** The events an App can subscribe to here. */
export type SubscribedEvent = "workflow_job" | "workflow_run";

/** What an installation token stands for. */
export type InstallationToken = {
  readonly token: string;
  readonly installationId: number;
  readonly permissions: Permissions;
  /** `undefined` means every repository of the installation. */
  readonly repositoryIds: ReadonlySet<number> | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
};

/** What an App said of its own about a commit. */
export type CheckRun = {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string;
  /** "" until it is completed. */
  readonly conclusion: string;
  readonly title: string;
  readonly summary: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
};

/** One attempt to deliver a webhook, recorded when it was answered or given up. */
export type Delivery = {
  readonly id: number;
  /** The same for every attempt at one event. */
  readonly guid: string;
  readonly event: SubscribedEvent;
  readonly action: string;
  readonly installationId: number;
  readonly repositoryId: number;
  /** Milliseconds since the Unix epoch. */
  readonly deliveredAt: number;
  readonly redelivery: boolean;
  readonly durationMilliseconds: number;
  readonly status: string;
  readonly statusCode: number;
  readonly request: WireRequest;
};

/** GitHub's names compare without regard to case: owners, repositories, labels. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Only runner group 1 exists by default; others are made up as they are named. */
export function runnerGroupName(groupId: number): string {
  return groupId === 1 ? "Default" : `group-${groupId}`;
}
