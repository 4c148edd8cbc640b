import { describe, expect, it } from "vitest";

import {
  beginLooks,
  chooseNews,
  skipLook,
  hasRoom,
  isLookDue,
  type OpenLook,
  turnPage,
} from "../../functions/core/discovery.ts";
import type { ListedRepository } from "../../functions/core/installations.ts";
import type { ActiveRepository } from "../../functions/core/cursor-item.ts";
import { queuedJob, start as now } from "./builders.ts";

const minute = 60_000;
const hour = 60 * minute;

function look(overrides: Partial<OpenLook> = {}): OpenLook {
  return { id: 42, owner: "acme", since: now - 5 * minute, begunAt: now, page: 1, ...overrides };
}

function listed(id: number, pushedAt = 0): ListedRepository {
  return { repository: { ...queuedJob().repository, id, fullName: `acme/app-${id}` }, pushedAt };
}

function waitingOf(owner: string, count: number): readonly (readonly [number, ActiveRepository])[] {
  return Array.from({ length: count }, (_, id) => {
    const repository = { ...queuedJob().repository, id, owner };
    return [id, { repository, activeAt: now, dueAt: now, runs: [] }] as const;
  });
}

describe("isLookDue", () => {
  it.each([
    [0, true],
    [now - 5 * minute, true],
    [now - 5 * minute + 2_000, true],
    [now - 5 * minute + 2_001, false],
    [now, false],
  ])("says of a last look at %d: %s", (lastAt, expected) => {
    expect(isLookDue(lastAt, now)).toBe(expected);
  });
});

describe("beginLooks", () => {
  const installation = { id: 42, owner: "acme" };

  it("takes the last hour for news where an installation is new", () => {
    expect(beginLooks([], [installation], now)).toEqual([look({ since: now - hour })]);
  });

  it("goes on from when the look before began", () => {
    const { page: _page, ...over } = look({ begunAt: now - 7 * minute });
    expect(beginLooks([over], [installation], now)).toEqual([look({ since: now - 7 * minute })]);
  });

  it("goes on with a look that has not come to its end, before all others", () => {
    const open = look({ begunAt: now - minute, page: 3 });
    const looks = beginLooks([open], [{ id: 7, owner: "umbrella" }, installation], now);
    expect(looks).toMatchObject([open, { id: 7, page: 1 }]);
  });

  it("forgets installations that are gone", () => {
    expect(beginLooks([look()], [], now)).toEqual([]);
  });
});

describe("turnPage", () => {
  it("comes to the next page while there are more", () => {
    expect(turnPage(look({ page: 2 }), { hasMore: true })).toEqual(look({ page: 3 }));
  });

  it("is over after the last", () => {
    expect(turnPage(look({ page: 2 }), { hasMore: false })).not.toHaveProperty("page");
  });
});

describe("skipLook", () => {
  it("leaves all news to the next look", () => {
    const given = skipLook(look({ since: now - hour }));
    const [next] = beginLooks([given], [{ id: 42, owner: "acme" }], now + 5 * minute);
    expect(next).toMatchObject({ since: now - hour, begunAt: now + 5 * minute, page: 1 });
  });
});

describe("chooseNews", () => {
  it.each([
    ["just before this look", now - 1, true],
    ["since the last look", now - 5 * minute, true],
    ["a little before it, which GitHub may list late", now - 10 * minute, true],
    ["long before it", now - 10 * minute - 1, false],
  ])("knows what was pushed %s", (_when, pushedAt, isNews) => {
    // A look of no time gives nobody a turn.
    const quick = look({ since: now - 5 * minute, begunAt: now - 5 * minute });
    const news = chooseNews({ entries: [listed(1, pushedAt)], total: 1 }, quick);
    expect(news).toHaveLength(isNews ? 1 : 0);
  });

  // In steps of 37, as ids may come.
  const many = Array.from({ length: 400 }, (_, index) => listed(1_000_000 + index * 37));

  it.each([
    [40, 20],
    [100, 20],
    [101, 40],
    [1_000, 200],
  ])("of %d repositories, gives each its turn once in %d minutes", (total, minutes) => {
    const turns = new Map<number, number>();
    for (let since = now; since < now + minutes * minute; since += 5 * minute) {
      const page = { entries: many, total };
      for (const { repository } of chooseNews(page, look({ since, begunAt: since + 5 * minute }))) {
        turns.set(repository.id, (turns.get(repository.id) ?? 0) + 1);
      }
    }
    expect(turns.size).toBe(many.length);
    expect(new Set(turns.values())).toEqual(new Set([1]));
  });

  it("spreads the turns evenly over the time", () => {
    const news = chooseNews({ entries: many, total: 400 }, look());
    expect(news.length).toBeGreaterThan(400 / 16 - 8);
    expect(news.length).toBeLessThan(400 / 16 + 8);
  });

  it("makes up for the turns of a look that came late", () => {
    const late = look({ since: now - 80 * minute });
    expect(chooseNews({ entries: many, total: 400 }, late)).toHaveLength(400);
  });
});

describe("hasRoom", () => {
  it.each([
    ["nobody waits", [], true],
    ["24 of the owner wait", waitingOf("acme", 24), true],
    ["25 of the owner wait", waitingOf("acme", 25), false],
    ["149 of others wait", waitingOf("umbrella", 149), true],
    ["150 of others wait", waitingOf("umbrella", 150), false],
  ])("where %s says %s", (_how, waiting, expected) => {
    expect(hasRoom(new Map(waiting), "acme")).toBe(expected);
  });
});
