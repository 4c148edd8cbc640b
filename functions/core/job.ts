/** The repository a job belongs to, as far as dispatching needs it. */
export type Repository = {
  readonly id: number;
  /** `owner/name`. */
  readonly fullName: string;
  readonly owner: string;
  readonly ownerType: "Organization" | "User";
  readonly private: boolean;
};

/** Where something comes from: a repository, and the installation of the App that may act there. */
export type Origin = {
  readonly repository: Repository;
  /** Absent when the webhook is not the App's own; then it is looked up by owner. */
  readonly installationId?: number;
};

/** A `workflow_job` of GitHub, reduced to what tornade acts on. */
export type Job = Origin & {
  /** `workflow_job.id`; differs between attempts of one run. */
  readonly id: number;
  /** `workflow_job.run_attempt`; 1 where an old GitHub does not send it. */
  readonly attempt: number;
  readonly runId: number;
  readonly name: string;
  readonly workflow: string;
  readonly headSha: string;
  readonly labels: readonly string[];
};

/** Names one attempt of one job; never the delivery, which may come twice under two ids. */
export type JobKey = `${number}-${number}`;

/** The key under which everything about this attempt of the job is kept. */
export function jobKey(job: Pick<Job, "id" | "attempt">): JobKey {
  return `${job.id}-${job.attempt}`;
}
