import type { Job, Repository } from "./job.ts";
import type { RunnerItem } from "./ledger.ts";

/** Whether these are one login, in whatever case it is written. */
export function isSameOwner({ owner }: Repository, other: Repository): boolean {
  return owner.toLowerCase() === other.owner.toLowerCase();
}

/**
 * Whether the runner is known to be another owner's than the job: GitHub gives a runner to its owner's
 * jobs alone, and another owner's may have the same name, by chance or on purpose. An owner may have been
 * renamed since the runner was made; ids stay.
 */
export function isOfAnother(runner: RunnerItem | undefined, job: Job): boolean {
  if (runner?.repository === undefined) return false;
  const { repository, installationId } = runner;
  const isInstalledOnce = installationId !== undefined && installationId === job.installationId;
  const isSame = repository.id === job.repository.id || isSameOwner(repository, job.repository);
  return !isInstalledOnce && !isSame;
}

/**
 * Whether the job's repository went to another owner after the runner was made, which stays where it was
 * registered. An owner who was only renamed has the same installation.
 */
export function isTransferred(runner: RunnerItem, { repository, installationId }: Job): boolean {
  if (runner.repository === undefined || isSameOwner(runner.repository, repository)) return false;
  const ids = [runner.installationId, installationId];
  return !ids.includes(undefined) && runner.installationId !== installationId;
}
