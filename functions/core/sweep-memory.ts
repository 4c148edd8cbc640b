import type { ActiveRepository, ForgottenRepository } from "./cursor-item.ts";
import type { Origin } from "./job.ts";
import type { LedgerItem } from "./ledger.ts";
import { nameKnownAt } from "./renaming.ts";
import { mostRemembered, sweepPeriod } from "./sweep.ts";

/** What the sweep remembers from one pass to the next. */
export type SweepMemory = {
  readonly repositories: readonly ActiveRepository[];
  readonly forgotten: readonly ForgottenRepository[];
};

const forgottenAfter = 24 * 60 * 60_000;

/**
 * The record of active repositories, brought up to date with the items that are open now: who has an
 * open job is active, who had none for a day is forgotten, and so are the least active of too many. Jobs
 * that are older than what GitHub told of their repository since do not gainsay it.
 */
export function rememberActive(
  { repositories, forgotten }: SweepMemory,
  open: readonly LedgerItem[],
  now: number,
): SweepMemory {
  const byId = new Map(repositories.map((one) => [one.repository.id, one]));
  const forgottenAt = new Map(forgotten.map(({ id, at }) => [id, at]));
  const outdated = new Set<number>();
  for (const news of open.flatMap(readNews).toSorted((one, other) => other.toldAt - one.toldAt)) {
    const { id } = news.repository;
    const before = byId.get(id);
    if (news.toldAt <= (forgottenAt.get(id) ?? -1)) outdated.add(id);
    else if (now - (before?.activeAt ?? 0) >= sweepPeriod) {
      byId.set(id, refresh(before, news, now));
    }
  }
  return {
    repositories: keepActive([...byId.values()], now),
    // Of those without such jobs there is nothing that could bring them back.
    forgotten: forgotten.filter(({ id }) => outdated.has(id)),
  };
}

/** What is remembered once GitHub has shown that these repositories are not to be swept. */
export function forget(
  { repositories, forgotten }: SweepMemory,
  ids: ReadonlySet<number>,
  now: number,
): SweepMemory {
  const others = forgotten.filter(({ id }) => !ids.has(id));
  const added = [...ids].map((id) => ({ id, at: now }));
  return {
    repositories: repositories.filter(({ repository }) => !ids.has(repository.id)),
    forgotten: [...others, ...added].slice(-mostRemembered),
  };
}

/** What an open job tells of its repository, and when GitHub told it. */
type News = Pick<Origin, "repository" | "installationId"> & { readonly toldAt: number };

function readNews(item: LedgerItem): readonly News[] {
  if (item.kind !== "job") return [];
  return [{ ...item.job, toldAt: nameKnownAt(item) }];
}

function refresh(
  before: ActiveRepository | undefined,
  { repository, installationId, toldAt }: News,
  now: number,
): ActiveRepository {
  if (before !== undefined && toldAt < (before.knownAt ?? 0)) return { ...before, activeAt: now };
  const origin = { repository, ...(installationId === undefined ? {} : { installationId }) };
  const { dueAt, runs } = before ?? { dueAt: now, runs: [] };
  return { ...origin, knownAt: toldAt, activeAt: now, dueAt, runs };
}

function keepActive(
  repositories: readonly ActiveRepository[],
  now: number,
): readonly ActiveRepository[] {
  const active = repositories.filter(({ activeAt }) => now - activeAt < forgottenAfter);
  if (active.length <= mostRemembered) return active;
  return active.toSorted((one, other) => other.activeAt - one.activeAt).slice(0, mostRemembered);
}
