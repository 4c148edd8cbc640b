import type { ListedRepository, RepositoryPage } from "./installations.ts";
import type { ActiveRepository, Installation, InstallationLook } from "./cursor-item.ts";
import { clockTolerance } from "./waits.ts";

const minute = 60_000;

/** How often the repositories of an installation are listed: 12 calls an hour for each hundred. */
const lookPeriod = 5 * minute;

/** What counts as news in the first look over an installation. */
const firstPeriod = 60 * minute;

/**
 * How long each hundred repositories of an installation lengthen the round in which all have their
 * turn: at four calls a turn, and one for each open run, some 1,200 calls an hour however many there are.
 * A thousand have their turn in 200 minutes, and 7,200 in the day after which GitHub ends a job.
 */
const periodForEachHundred = 20 * minute;

/** Into so many parts a round is divided; prime, so that ids in equal steps fall into all of them. */
const slots = 1_009;

/** Most repositories of one owner that wait for their sweep before more of them are listed. */
const mostOfOwner = 25;

/** Most that wait in all before more are listed: with a page more, they fit one item of 400 KB. */
const mostInAll = 150;

/** How far the look for repositories that became active has come. */
export type Discovery = {
  /** When the installations were last listed, in milliseconds since the epoch. */
  readonly at: number;
  readonly installations: readonly InstallationLook[];
  /** The repositories that wait for their sweep. */
  readonly repositories: readonly ActiveRepository[];
};

/** Whether it is time to look over the installations again. */
export function isLookDue(lastAt: number, now: number): boolean {
  return now + clockTolerance - lastAt >= lookPeriod;
}

/** The looks that begin now, the oldest first; one that has not come to its end goes on. */
export function beginLooks(
  known: readonly InstallationLook[],
  installations: readonly Installation[],
  now: number,
): readonly InstallationLook[] {
  const byId = new Map(known.map((look) => [look.id, look]));
  const looks = installations.map(({ id, owner }) => {
    const before = byId.get(id);
    if (before?.page !== undefined) return before;
    return { id, owner, since: before?.begunAt ?? now - firstPeriod, begunAt: now, page: 1 };
  });
  return looks.toSorted((one, other) => one.begunAt - other.begunAt);
}

/** A look that has not come to its end. */
export type OpenLook = InstallationLook & { readonly page: number };

/** The look after its page was listed. */
export function turnPage(
  { page, ...look }: OpenLook,
  { hasMore }: Pick<RepositoryPage, "hasMore">,
): InstallationLook {
  return hasMore ? { ...look, page: page + 1 } : look;
}

/** The look at an installation that may not be looked at: the next one has all the news of this one. */
export function skipLook({ page: _page, ...look }: OpenLook): InstallationLook {
  return { ...look, begunAt: look.since };
}

/**
 * The repositories of a page in which jobs may have been queued: those that were pushed to since the
 * last look, and those whose turn came, because a schedule, a comment or a person starts jobs too.
 */
export function chooseNews(
  { entries, total }: Pick<RepositoryPage, "entries" | "total">,
  look: InstallationLook,
): readonly ListedRepository[] {
  const period = Math.ceil(total / 100) * periodForEachHundred;
  // Reported twice, because jobs, and the times that GitHub lists, may come some minutes after a push.
  const pushedSince = look.since - lookPeriod;
  return entries.filter(
    ({ pushedAt, repository }) => pushedAt >= pushedSince || isInRound(repository.id, look, period),
  );
}

/** Whether more repositories of this owner may be taken up: what is not listed is not lost. */
export function hasRoom(waiting: ReadonlyMap<number, ActiveRepository>, owner: string): boolean {
  const ofOwner = [...waiting.values()].filter(({ repository }) => repository.owner === owner);
  return waiting.size < mostInAll && ofOwner.length < mostOfOwner;
}

// By the clock instead of a list of who had their turn, which would not fit an item.
function isInRound(id: number, { since, begunAt }: InstallationLook, period: number): boolean {
  const offset = ((id % slots) / slots) * period;
  const roundAt = (time: number) => Math.floor((time - offset) / period);
  return roundAt(begunAt) > roundAt(since);
}
