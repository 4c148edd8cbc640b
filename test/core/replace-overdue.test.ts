import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import { jobItemOf } from "../../functions/core/decision.ts";
import type { JobChecked, SeenRunner } from "../../functions/core/checked-job.ts";
import { type JobItem, jobItemId } from "../../functions/core/ledger.ts";
import type { ProviderName } from "../../functions/core/provider.ts";
import {
  bootTime,
  deadUnnamedAfter,
  overdueAfter,
  takenAfter,
  takenWait,
} from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  launchedItem,
  launchOf,
  queuedJob,
  runnerItem,
  start,
} from "./builders.ts";
import { key, now, own } from "./overdue-job.ts";
import { launched, swap } from "./robberies.ts";

const queued = { status: "queued" } as const;

function sawOwn(state: SeenRunner["state"]): JobChecked {
  return { kind: "job-checked", jobKey: key, state: queued, seen: { name: own, state } };
}

describe("replaceOverdue", () => {
  it("awaits the end of a runner that may be bound to the job without its knowledge", () => {
    const event = sawOwn("taken");
    const check = (at: number, overrides: Partial<JobItem> = {}) => {
      const item = launchedItem({ wakeAt: at, ...overrides });
      return decide(itemsOf(item, runnerItem()), event, circumstances({ now: at }));
    };
    const end = start + 300_000 + takenAfter;
    const reason = "its runner is busy";
    const waiting = (wakeAt: number) => [launchedItem({ reason, wakeAt })];
    expect(check(now).writes).toEqual(waiting(now + overdueAfter));
    expect(check(end - takenWait, { reason }).writes).toEqual(waiting(end));
    expect(check(end, { reason })).toMatchObject({
      writes: [{ status: "parked", wakeAt: end, launches: [{ outcome: "ended" }] }],
      actions: [{ kind: "wake" }],
      outcome: "relaunched: another job took its runner",
    });
    const unknown = check(now, { reason, launches: [launchOf(1)] });
    expect(unknown.outcome).toBe("relaunched: another job took its runner");
  });

  it("gives up a job that is bound to a runner which hangs, and starts no other before", () => {
    const event = sawOwn("silent");
    const check = (item: JobItem) =>
      decide(itemsOf(item, runnerItem()), event, circumstances({ now: item.wakeAt ?? now }));
    const { writes, actions, outcome } = check(launchedItem({ wakeAt: now }));
    expect(writes).toMatchObject([{ status: "launched", wakeAt: now + deadUnnamedAfter }]);
    expect({ actions, outcome }).toEqual({ actions: [], outcome: "its runner is silent" });
    const later = jobItemOf(itemsOf(...writes), jobItemId(key)) ?? launchedItem();
    expect(check(later)).toMatchObject({
      writes: [
        { name: own, owed: ["deregister", "stop"] },
        { status: "failed", owed: ["tell"] },
      ],
      outcome: "job is bound to a dead runner",
    });
  });

  it("launches anew where hundreds have taken each other's runners, too many to follow", () => {
    const chain = Array.from({ length: 400 }, (_, index) => swap(index + 1, index + 2)).flat();
    const event = { kind: "job-checked", jobKey: "1-1", state: queued } as const;
    const items = itemsOf(launched(1, { wakeAt: now }), ...chain);
    const { actions, outcome } = decide(items, event, circumstances({ now }));
    expect(outcome).toBe("relaunched: another job took its runner");
    expect(actions).toMatchObject([{ kind: "wake", item: { id: "job#1-1" } }]);
  });

  it("leaves a runner a minute that is seen to be busy for the first time, however late", () => {
    const event = sawOwn("taken");
    const at = start + 6 * takenAfter;
    const items = itemsOf(launchedItem({ wakeAt: at }), runnerItem());
    const { writes, outcome } = decide(items, event, circumstances({ now: at }));
    expect(writes).toMatchObject([{ status: "launched", wakeAt: at + takenWait }]);
    expect(outcome).toBe("its runner is busy");
  });

  it.each([
    ["a moment more", 60, now + takenWait],
    ["as long as it may idle", 300, start + 300_000 + bootTime],
    ["until it is asked about again", 3_600, now + overdueAfter],
  ] as const)("leaves a runner alone that idles, %s", (...[, idleSeconds, wakeAt]) => {
    const event = sawOwn("idle");
    const items = itemsOf(launchedItem({ wakeAt: now }), runnerItem());
    expect(decide(items, event, circumstances({ now, idleSeconds }))).toEqual({
      writes: [launchedItem({ wakeAt })],
      actions: [],
      outcome: "its runner is idle",
    });
  });

  it("gives up a runner that idles beyond its time, unless it may have been queued so long", () => {
    const at = start + 300_000 + bootTime + overdueAfter;
    const event = sawOwn("idle");
    const tell = (provider: ProviderName) => {
      const launches = [launchOf(1, { provider, outcome: "started" })];
      const items = itemsOf(launchedItem({ wakeAt: at, launches }), runnerItem());
      return decide(items, event, circumstances({ now: at })).outcome;
    };
    expect(tell("FARGATE")).toBe("runner lost");
    expect(tell("CODEBUILD")).toBe("its runner is idle");
  });

  describe("where the build of another job is left", () => {
    const other = "tornade-5-1-1";
    const launches = [launchOf(1, { provider: "CODEBUILD", outcome: "started" })];
    const robber = { id: "job#5-1", job: queuedJob({ id: 5 }), launches } as const;
    const swapped = [
      launchedItem({ wakeAt: now, launches }),
      runnerItem({ serves: "5-1" }),
      launchedItem({ ...robber, status: "running", runnerName: own }),
      runnerItem({ name: other, madeFor: "5-1" }),
    ];
    const check = (overrides: Partial<JobChecked>) =>
      decide(
        itemsOf(...swapped),
        {
          kind: "job-checked",
          jobKey: key,
          state: queued,
          seen: { name: own, state: "taken" },
          ...overrides,
        },
        circumstances({ now }),
      );

    it("has it looked at as well", () => {
      expect(check({})).toMatchObject({
        writes: [],
        actions: [{ kind: "check", item: { id: "job#4711-1" }, left: { name: other } }],
        outcome: "checking",
      });
    });

    it("has one looked at, too, whose launch nobody wrote down, and gone if it is gone", () => {
      const items = itemsOf(...swapped.slice(0, 3));
      const event = { kind: "job-checked", jobKey: key, state: queued } as const;
      const tell = (more: Partial<JobChecked>) =>
        decide(items, { ...event, ...more }, circumstances({ now }));
      expect(tell({}).actions).toMatchObject([{ kind: "check", left: { name: other } }]);
      const seen = { name: other, state: "missing" } as const;
      expect(tell({ lookedAt: other, seen }).writes).toMatchObject([
        { name: other, owed: ["deregister", "stop"] },
        { status: "parked", losses: 1 },
      ]);
    });

    it("waits on for it as long as it is there", () => {
      const { writes, outcome } = check({ lookedAt: other });
      expect(writes).toMatchObject([{ id: "job#4711-1", wakeAt: now + overdueAfter }]);
      expect(outcome).toBe("still starting");
    });

    it("replaces it when it is gone", () => {
      expect(check({ lookedAt: other, seen: { name: other, state: "missing" } })).toMatchObject({
        writes: [
          { name: other, owed: ["deregister", "stop"] },
          { status: "parked", losses: 1 },
        ],
        outcome: "runner lost",
      });
    });
  });
});
