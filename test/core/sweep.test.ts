import { describe, expect, it } from "vitest";

import type { ActiveRepository } from "../../functions/core/cursor-item.ts";
import {
  boundRuns,
  chooseRepositories,
  chooseRuns,
  finishSweep,
  judgeQueued,
  mergeRuns,
  putBehind,
} from "../../functions/core/sweep.ts";
import { endUnknown } from "../../functions/core/not-found.ts";
import {
  jobEnvelope,
  jobItem,
  launchedItem,
  queuedJob,
  runnerItem,
  runningItem,
  start as now,
} from "./builders.ts";

const minute = 60_000;

function active(id: number, overrides: Partial<ActiveRepository> = {}): ActiveRepository {
  const repository = { ...queuedJob().repository, id, fullName: `acme/app-${id}` };
  const known = { repository, installationId: 42, knownAt: now - 1_000 };
  return { ...known, activeAt: now, dueAt: now, runs: [], ...overrides };
}

function idsOf(repositories: readonly ActiveRepository[]): readonly number[] {
  return repositories.map(({ repository }) => repository.id);
}

describe("chooseRepositories", () => {
  it("takes what is due, the longest due first", () => {
    const dueAt = [now, now - 3, now + minute, now - 2].map((due, id) =>
      active(id, { dueAt: due }),
    );
    expect(idsOf(chooseRepositories(dueAt, now))).toEqual([1, 3, 0]);
  });

  it("takes what becomes due within the inaccuracy of clocks, or it would wait for another pass", () => {
    expect(chooseRepositories([active(1, { dueAt: now + 2_000 })], now)).toHaveLength(1);
    expect(chooseRepositories([active(1, { dueAt: now + 2_001 })], now)).toHaveLength(0);
  });

  it("takes ten at most", () => {
    const due = Array.from({ length: 30 }, (_, id) => active(id));
    expect(chooseRepositories(due, now)).toEqual(due.slice(0, 10));
  });
});

describe("putBehind", () => {
  it("has those that are swept now come last in a minute, in reverse", () => {
    const behind = putBehind([active(1), active(2), active(3, { dueAt: now + minute })], now);
    expect(behind.map(({ dueAt }) => dueAt - now)).toEqual([minute, minute - 1, minute]);
    expect(idsOf(chooseRepositories(behind, now + minute))).toEqual([2, 1, 3]);
  });
});

describe("chooseRuns", () => {
  it.each([
    ["was never looked into", { id: 2, updatedAt: 7, sweptAt: now }, true],
    ["has changed", { id: 1, updatedAt: 6, sweptAt: now }, true],
    ["has not changed", { id: 1, updatedAt: 7, sweptAt: now - 15 * minute + 1 }, false],
    ["was looked into long ago", { id: 1, updatedAt: 7, sweptAt: now - 15 * minute }, true],
  ])("decides on a run that %s", (_what, swept, isChosen) => {
    const listed = { id: 1, updatedAt: 7 };
    expect(chooseRuns([listed], [swept], now)).toEqual(isChosen ? [listed] : []);
  });

  it("takes new ones first, then the longest unseen", () => {
    const listed = [4, 1, 2, 3].map((id) => ({ id, updatedAt: 7 }));
    const swept = [1, 2].map((id) => ({ id, updatedAt: 6, sweptAt: now - id }));
    expect(chooseRuns(listed, swept, now).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
  });
});

describe("mergeRuns", () => {
  it("remembers the last look at each run, those of now last", () => {
    const before = [1, 2, 3].map((id) => ({ id, updatedAt: 7, sweptAt: now - minute }));
    const swept = [4, 2].map((id) => ({ id, updatedAt: 8, sweptAt: now }));
    expect(mergeRuns(before, swept)).toEqual([before[0], before[2], ...swept]);
  });
});

describe("boundRuns", () => {
  const runsOf = (count: number) =>
    Array.from({ length: count }, (_, id) => ({
      id: Number.MAX_SAFE_INTEGER - id,
      updatedAt: now,
      sweptAt: now,
    }));

  it.each([
    [
      [2_000, 1_000],
      [2_000, 1_000],
    ],
    [
      [2_000, 1_300],
      [1_024, 1_024],
    ],
    [[2_100], [2_048]],
    [Array.from({ length: 200 }, () => 20), Array.from({ length: 200 }, () => 16)],
  ])("keeps of as many runs as %j so many: %j", (counts, kept) => {
    const repositories = counts.map((count, id) => active(id, { runs: runsOf(count) }));
    const bounded = boundRuns(repositories);
    expect(bounded.map(({ runs }) => runs.length)).toEqual(kept);
    expect(bounded.map(({ runs }) => runs.at(-1))).toEqual(
      repositories.map(({ runs }) => runs.at(-1)),
    );
  });

  it.each([
    [200, 100],
    [2, 2_000],
  ])(
    "leaves of %d repositories with %d runs a record that the largest item can hold",
    (count, each) => {
      const [owner, name] = ["o".repeat(39), "n".repeat(100)];
      const repository = { ...queuedJob().repository, owner, fullName: `${owner}/${name}` };
      const all = Array.from({ length: count }, () =>
        active(1, { repository, runs: runsOf(each) }),
      );
      expect(JSON.stringify(boundRuns(all)).length).toBeLessThan(380_000);
    },
  );
});

describe("judgeQueued", () => {
  const awaiting = jobItem({ heldAt: now, wakeAt: now });
  it.each([
    ["has no item", undefined, "missed"],
    ["is held", awaiting, "missed"],
    ["waits for a time", jobItem(), "known"],
    ["has a runner", launchedItem(), "known"],
    ["runs", runningItem(), "known"],
    ["has failed", { ...awaiting, status: "failed" } as const, "known"],
    ["is no job", runnerItem(), "known"],
  ])("of a job that %s", (_what, item, judgement) => {
    const envelope = jobEnvelope({ happenedAt: now - minute });
    expect(judgeQueued(envelope, item, now)).toBe(judgement);
  });

  it("tells of a job whose repository has another name by now, unless it is over", () => {
    const repository = { ...queuedJob().repository, fullName: "acme/new" };
    const listed = jobEnvelope({
      job: queuedJob({ repository }),
      happenedAt: now - minute,
      namedAt: now,
    });
    expect(judgeQueued(listed, jobItem(), now)).toBe("missed");
    expect(judgeQueued(listed, launchedItem(), now)).toBe("missed");
    expect(judgeQueued(listed, jobItem({ status: "failed" }), now)).toBe("known");
  });

  it("tells of a job that GitHub did not find any more, and lists again", () => {
    const reason = endUnknown;
    const closed = jobItem({ status: "completed", reason, times: { completed: now - minute } });
    const listed = jobEnvelope({ happenedAt: now - 9 * minute, receivedAt: now });
    expect(judgeQueued(listed, closed, now)).toBe("missed");
    const before = { ...listed, receivedAt: now - 2 * minute };
    expect(judgeQueued(before, closed, now)).toBe("known");
    expect(judgeQueued(listed, { ...closed, reason: "as told" }, now)).toBe("known");
  });

  it.each([
    ["its webhook may still come", minute - 1, "early"],
    ["its webhook had the time to come", minute, "missed"],
    ["the clock of GitHub is ahead", -500, "early"],
    ["nobody can tell", 0, "missed"],
  ])("when %s", (_when, ago, judgement) => {
    const envelope = jobEnvelope({ happenedAt: now - ago, receivedAt: now });
    expect(judgeQueued(envelope, undefined, now)).toBe(judgement);
  });
});

describe("finishSweep", () => {
  it.each([
    [true, 5 * minute],
    [false, minute],
  ])("sets the next time; complete: %s", (complete, pause) => {
    const runs = [{ id: 5, updatedAt: 6, sweptAt: 7 }];
    expect(finishSweep(active(1), { runs, complete }, now)).toEqual(
      active(1, { dueAt: now + pause, runs }),
    );
  });
});
