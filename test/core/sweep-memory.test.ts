import { describe, expect, it } from "vitest";

import type { ActiveRepository } from "../../functions/core/cursor-item.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { forget, rememberActive } from "../../functions/core/sweep-memory.ts";
import { jobItem, queuedJob, runnerItem, start as now } from "./builders.ts";

const minute = 60_000;
const hour = 60 * minute;

function active(id: number, overrides: Partial<ActiveRepository> = {}): ActiveRepository {
  const repository = { ...queuedJob().repository, id, fullName: `acme/app-${id}` };
  const known = { repository, installationId: 42, knownAt: now - 1_000 };
  return { ...known, activeAt: now, dueAt: now, runs: [], ...overrides };
}

function openJobOf(id: number, overrides: Partial<LedgerItem & { kind: "job" }> = {}) {
  const { repository } = active(id);
  return jobItem({ job: queuedJob({ id: id * 10, repository }), ...overrides });
}

function idsOf(repositories: readonly ActiveRepository[]): readonly number[] {
  return repositories.map(({ repository }) => repository.id);
}

function remember(known: readonly ActiveRepository[], open: readonly LedgerItem[]) {
  return rememberActive({ repositories: known, forgotten: [] }, open, now).repositories;
}

describe("rememberActive", () => {
  it("has a repository swept soon that it sees for the first time", () => {
    expect(remember([], [openJobOf(1)])).toEqual([active(1)]);
  });

  it("sees a repository once, however many jobs are open in it", () => {
    const open = [openJobOf(1), openJobOf(1, { status: "running" }), openJobOf(2)];
    expect(idsOf(remember([], open))).toEqual([1, 2]);
  });

  it("takes nothing but jobs for activity", () => {
    expect(remember([], [runnerItem({ wakeAt: now })])).toEqual([]);
  });

  it("leaves out an installation that was not told", () => {
    const { installationId: _told, ...job } = queuedJob();
    const [one] = remember([], [jobItem({ job })]);
    expect(one).not.toHaveProperty("installationId");
  });

  it.each([
    ["does not change within five minutes", 5 * minute - 1, 5 * minute - 1],
    ["is renewed after five minutes", 5 * minute, 0],
  ])("the time of the last activity %s", (_when, before, after) => {
    const known = [active(1, { activeAt: now - before })];
    expect(remember(known, [openJobOf(1)])).toEqual([active(1, { activeAt: now - after })]);
  });

  it("keeps what was found out by sweeping, and takes the name that a repository has now", () => {
    const runs = [{ id: 5, updatedAt: 6, sweptAt: 7 }];
    const before = { activeAt: now - hour, dueAt: now + 1, runs };
    const old = { ...active(1).repository, fullName: "acme/old" };
    const known = [active(1, { ...before, repository: old })];
    expect(remember(known, [openJobOf(1)])).toEqual([active(1, { dueAt: now + 1, runs })]);
  });

  it("keeps the name that GitHub listed, unless a job tells of its repository that was queued later", () => {
    const renamed = { ...active(1).repository, fullName: "acme/new" };
    const [activeAt, knownAt] = [now - hour, now - minute];
    const known = [active(1, { repository: renamed, activeAt, knownAt })];
    const old = openJobOf(1, { times: { queued: knownAt - 1 } });
    const timeless = openJobOf(1, { times: {} });
    expect(remember(known, [old, timeless])).toEqual([active(1, { repository: renamed, knownAt })]);
    const told = openJobOf(1, { times: { queued: knownAt } });
    expect(remember(known, [old, told])).toEqual([active(1, { knownAt })]);
    const listed = openJobOf(1, { times: { queued: knownAt - 1 }, namedAt: knownAt });
    expect(remember(known, [old, listed])).toEqual([active(1, { knownAt })]);
  });

  it("believes a job rather than what an older version remembered", () => {
    const old = { ...active(1).repository, fullName: "acme/old" };
    const { knownAt: _none, ...known } = active(1, { repository: old, activeAt: now - hour });
    expect(remember([known], [openJobOf(1)])).toEqual([active(1)]);
  });

  it("takes the newest of what jobs tell of a repository", () => {
    const repository = { ...active(1).repository, fullName: "acme/old" };
    const job = queuedJob({ repository });
    const old = jobItem({ job, times: { queued: now - hour } });
    expect(remember([], [old, openJobOf(1)])).toEqual([active(1)]);
  });

  it.each([
    [24 * hour - 1, [1]],
    [24 * hour, []],
  ])("remembers for a day: after %d ms %j", (ago, ids) => {
    expect(idsOf(remember([active(1, { activeAt: now - ago })], []))).toEqual(ids);
  });

  it("forgets the least active where there are more than 200", () => {
    const known = Array.from({ length: 200 }, (_, id) => active(id, { activeAt: now - id }));
    const remembered = remember(known, [openJobOf(999)]);
    expect(remembered).toHaveLength(200);
    expect(idsOf(remembered)).toContain(999);
    expect(idsOf(remembered)).not.toContain(199);
  });
});

describe("forget", () => {
  const memory = { repositories: [active(1), active(2)], forgotten: [] };
  const older = openJobOf(1, { times: { queued: now - hour } });

  it("is not undone by jobs that were queued before, and is by one that was queued after", () => {
    const left = forget(memory, new Set([1]), now - minute);
    expect(left).toEqual({
      repositories: [active(2)],
      forgotten: [{ id: 1, at: now - minute }],
    });
    expect(rememberActive(left, [older], now)).toEqual(left);
    expect(idsOf(rememberActive(left, [older, openJobOf(1)], now).repositories)).toEqual([2, 1]);
  });

  it("is itself forgotten once no older job is open", () => {
    const left = forget(memory, new Set([1]), now - minute);
    expect(rememberActive(left, [openJobOf(1)], now).forgotten).toEqual([]);
    expect(rememberActive(left, [], now)).toEqual({ repositories: [active(2)], forgotten: [] });
  });

  it("holds each repository once, and the last two hundred", () => {
    const ids = Array.from({ length: 200 }, (_, id) => id);
    const before = {
      repositories: [],
      forgotten: [
        { id: 5, at: 1 },
        { id: 999, at: 1 },
      ],
    };
    const { forgotten } = forget(before, new Set(ids), now);
    expect(forgotten).toEqual(ids.map((id) => ({ id, at: now })));
  });
});
