import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type {
  Circumstances,
  Items,
  LaunchReport,
  LedgerEvent,
} from "../../functions/core/decision.ts";
import { jobActions } from "../../functions/core/envelope.ts";
import { itemsAbout } from "../../functions/core/items-about.ts";
import { jobKey } from "../../functions/core/job.ts";
import {
  isClosed,
  type ItemId,
  type JobItem,
  jobItemId,
  type LedgerItem,
  runnerItemId,
} from "../../functions/core/ledger.ts";
import { runnerName } from "../../functions/core/runner-name.ts";
import { circumstances, jobEnvelope, queuedJob, runnerSpec, start, toIgnore } from "./builders.ts";

// Two jobs of the same labels and three launches each are enough to rob, race and reorder.
const jobs = [queuedJob({ id: 1 }), queuedJob({ id: 2 })];
const keys = jobs.map(jobKey);
const names = keys.flatMap((key) => [1, 2, 3].map((number) => runnerName("tornade", key, number)));
const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE"] });

const anyName = fc.constantFrom(...names, "foreign-runner", "tornade-1-1");
const optionalName = fc.option(anyName, { nil: undefined });
const anyTime = fc.integer({ min: start - 10_000, max: start + 10_000_000 });
const anyReport: fc.Arbitrary<LaunchReport> = fc.oneof(
  fc.record({
    kind: fc.constant("started" as const),
    number: fc.integer({ min: 1, max: 4 }),
    computeId: fc.constant("task"),
  }),
  fc.record({
    kind: fc.constantFrom(
      "no-capacity" as const,
      "quota" as const,
      "throttled" as const,
      "denied" as const,
      "invalid" as const,
      "unknown" as const,
      "unregistered" as const,
      "unsettled" as const,
    ),
    number: fc.integer({ min: 1, max: 4 }),
    message: fc.constant("as told"),
  }),
);
const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  fc
    .record({
      job: fc.constantFrom(...jobs),
      action: fc.constantFrom(...jobActions),
      runnerName: optionalName,
      assessment: fc.constantFrom(
        toIgnore,
        { kind: "launch", spec } as const,
        { kind: "refuse", reason: "odd", spec } as const,
      ),
    })
    .map(({ job, action, runnerName: name, assessment }) => ({
      kind: "job" as const,
      envelope: jobEnvelope({ job, action, ...(name === undefined ? {} : { runnerName: name }) }),
      assessment,
    })),
  fc.record({
    kind: fc.constant("wake" as const),
    itemId: fc.constantFrom<ItemId>(...keys.map(jobItemId), ...names.map(runnerItemId)),
  }),
  fc.record({
    kind: fc.constant("launch-ended" as const),
    jobKey: fc.constantFrom(...keys),
    report: anyReport,
  }),
  fc
    .record({
      jobKey: fc.constantFrom(...keys),
      status: fc.constantFrom(
        "queued" as const,
        "in_progress" as const,
        "completed" as const,
        "waiting" as const,
        "gone" as const,
      ),
      runnerName: optionalName,
    })
    .map(({ jobKey: key, status, runnerName: name }) => ({
      kind: "job-checked" as const,
      jobKey: key,
      state: { status, ...(name === undefined ? {} : { runnerName: name }) },
    })),
  fc.record({
    kind: fc.constant("check-failed" as const),
    jobKey: fc.constantFrom(...keys),
    message: fc.constant("GitHub did not tell"),
  }),
  fc.record({ runnerName: anyName, at: anyTime, interrupted: fc.boolean() }).map((end) => ({
    kind: "runner-ended" as const,
    end: { ...end, computeId: "task", reason: "died" },
  })),
  fc.record({ kind: fc.constant("rebind" as const), runnerName: anyName }),
  fc.record({
    kind: fc.constant("runner-retired" as const),
    name: fc.constantFrom(...names),
    done: fc.subarray(["deregister", "stop"] as const),
  }),
  fc.record({
    kind: fc.constant("registration-busy" as const),
    name: fc.constantFrom(...names),
    done: fc.subarray(["deregister", "stop"] as const),
  }),
  fc.record({ kind: fc.constant("runner-not-retired" as const), name: fc.constantFrom(...names) }),
  fc.record({ kind: fc.constant("runner-busy" as const), runnerName: fc.constantFrom(...names) }),
);
const anyStep = fc.record({
  event: anyEvent,
  at: fc.record({
    later: fc.constantFrom(0, 0, 0, 1_000, 20_000, 300_000, 4_000_000, 90_000_000),
    owner: fc.constantFrom("us", "them"),
    jitter: fc.constantFrom(0, 0.5, 0.999),
  }),
});
const anyHistory = fc.array(anyStep, { maxLength: 30, size: "max" });

type Step = { readonly event: LedgerEvent; readonly items: Items; readonly at: Circumstances };

/** Decides the events one after another, showing each with the items before it. */
function replay(
  history: readonly { event: LedgerEvent; at: { later: number; owner: string; jitter: number } }[],
  show: (step: Step, decided: ReturnType<typeof decide>) => void,
): void {
  const items = new Map<ItemId, LedgerItem>();
  let now = start;
  for (const { event, at } of history) {
    now += at.later;
    const surroundings = circumstances({ now, owner: at.owner, jitter: at.jitter });
    const before = new Map(items);
    const decision = decide(before, event, surroundings);
    show({ event, items: before, at: surroundings }, decision);
    for (const item of decision.writes) items.set(item.id, item);
  }
}

function jobsIn(items: Iterable<LedgerItem>): readonly JobItem[] {
  return [...items].filter((item) => item.kind === "job");
}

describe("decide", () => {
  it("decides every event in every state, and writes only what it has read", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, ({ event, items }, { writes }) => {
          const about = new Set<ItemId>(readAbout(event, items));
          expect(writes.map(({ id }) => id).filter((id) => !about.has(id))).toEqual([]);
          expect(new Set(writes.map(({ id }) => id)).size).toBe(writes.length);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves no open job without a time to look at it, but one that waits for an approval", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, (_step, { writes }) => {
          const forgotten = jobsIn(writes).filter(
            (item) => !isClosed(item) && item.wakeAt === undefined && !isAwaitingApproval(item),
          );
          expect(forgotten).toEqual([]);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves no runner that owes something without a time to look at it", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, (_step, { writes }) => {
          const forgotten = writes.filter(
            (item) =>
              item.kind === "runner" && item.owed.length > 0 !== (item.wakeAt !== undefined),
          );
          expect(forgotten).toEqual([]);
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("launches only what it claimed, under a number never used before, and nothing that is over", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, ({ items }, { writes, actions }) => {
          const claimed = actions.filter((action) => action.kind === "launch");
          for (const { item } of claimed) {
            const before = jobsIn(items.values()).find(({ id }) => id === item.id);
            const numbers = item.launches.map(({ number }) => number);
            expect(writes).toContain(item);
            expect(new Set(numbers).size).toBe(numbers.length);
            expect(numbers.length).toBe((before?.launches.length ?? 0) + 1);
            expect(before === undefined || !isClosed(before)).toBe(true);
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("never opens again what is over, and never unbinds a runner", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, ({ items }, { writes }) => {
          expect(writes.map((item) => lastingPart(items.get(item.id), item))).toEqual(
            writes.map((item) => lastingPart(items.get(item.id), items.get(item.id))),
          );
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("changes nothing that matters when a delivery comes again at once", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        replay(history, ({ event, items, at }, first) => {
          if (event.kind !== "job" && event.kind !== "runner-ended") return;
          const after = new Map(items);
          for (const item of first.writes) after.set(item.id, item);
          const again = decide(after, event, at);
          expect(again.actions.filter(({ kind }) => kind === "launch")).toEqual([]);
          for (const item of again.writes) expect(item).toEqual(after.get(item.id));
        });
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What commit would have read of the items before it asks for the decision. */
function readAbout(event: LedgerEvent, items: Items): readonly ItemId[] {
  const asked = new Set<ItemId>();
  const read = new Map<ItemId, LedgerItem>();
  for (;;) {
    const wanted = itemsAbout(event, { items: read, asked }, "tornade").filter(
      (id) => !asked.has(id),
    );
    if (wanted.length === 0) return [...asked];
    for (const id of wanted) asked.add(id);
    for (const item of wanted.flatMap((id) => items.get(id) ?? [])) read.set(item.id, item);
  }
}

function isAwaitingApproval({ status, reason }: JobItem): boolean {
  return status === "parked" && reason?.includes("approval") === true;
}

/** What may never change again of an item, once it is as it was before. */
function lastingPart(before: LedgerItem | undefined, item: LedgerItem | undefined): unknown {
  if (before?.kind === "runner" && item?.kind === "runner") {
    return before.serves === undefined ? undefined : item.serves;
  }
  if (before?.kind !== "job" || item?.kind !== "job" || !isClosed(before)) return undefined;
  return { isClosed: isClosed(item), launches: item.launches.length };
}
