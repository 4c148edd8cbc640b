import { type Decision, type Items, jobItemOf } from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { type Job, jobKey, type Repository } from "./job.ts";
import { isClosed, type JobItem, jobItemId } from "./ledger.ts";
import { isFoundAgain } from "./not-found.ts";
import { isSameOwner } from "./same-owner.ts";

/**
 * Decides as if the job's item had always had the repository that the news of it names: under its old
 * name GitHub finds an organization no more. What was decided carries the new name into the ledger, and
 * where nothing else is to be written, the item is written for that alone.
 */
export function underNewestName(
  items: Items,
  envelope: JobEnvelope,
  decideNamed: (items: Items) => Decision,
): Decision {
  const id = jobItemId(jobKey(envelope.job));
  const known = jobItemOf(items, id);
  if (known === undefined || !isRenamed(known, envelope)) return decideNamed(items);
  const renamed = rename(known, envelope);
  const decision = decideNamed(new Map([...items, [id, renamed]]));
  const isWritten = decision.writes.some((item) => item.id === id);
  return isWritten ? decision : { ...decision, writes: [...decision.writes, renamed] };
}

/** Whether this tells another name, owner, visibility or installation of the job's repository, and later. */
export function isRenamed(item: JobItem, envelope: JobEnvelope): boolean {
  const { job } = envelope;
  const isOver = isClosed(item) && !isFoundAgain(item, envelope);
  const isLeftAlone = isOver && item.owed.length === 0;
  if (isLeftAlone || item.job.repository.id !== job.repository.id) return false;
  const [at, known] = [namedAt(envelope), nameKnownAt(item)];
  // A `queued` that comes after a rename may have the time of the first: it is believed once.
  const isNewer = at > known || (at === known && item.namedAt === undefined);
  return isNewer && hasOtherOrigin(item.job, job);
}

/** When GitHub told the name that the item has. A delivery that comes again tells what was then. */
export function nameKnownAt({ namedAt: at, times }: JobItem): number {
  return at ?? times.queued ?? times.started ?? times.completed ?? 0;
}

function namedAt({ namedAt: at, happenedAt }: JobEnvelope): number {
  return at ?? happenedAt;
}

function hasOtherOrigin(of: Job, { repository, installationId }: Job): boolean {
  const isOther = describe(of.repository) !== describe(repository);
  return isOther || (installationId !== undefined && installationId !== of.installationId);
}

function describe({ fullName, owner, ownerType, private: isPrivate }: Repository): string {
  return JSON.stringify([fullName, owner, ownerType, isPrivate]);
}

// An installation that is not told of stays that of its owner, and is nobody else's.
function rename(item: JobItem, envelope: JobEnvelope): JobItem {
  const { installationId: known, ...job } = item.job;
  const { repository, installationId: told } = envelope.job;
  const kept = isSameOwner(repository, job.repository) ? known : undefined;
  const installationId = told ?? kept;
  return {
    ...item,
    job: { ...job, repository, ...(installationId === undefined ? {} : { installationId }) },
    namedAt: namedAt(envelope),
  };
}
