import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { notFound } from "../../functions/core/not-found.ts";
import { clockTolerance, staleAfter } from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchedItem,
  launchingItem,
  launchOf,
  runnerItem,
  runningItem,
  start,
} from "./builders.ts";

const launches = [launchOf(1, { outcome: "started" }), launchOf(2, { outcome: "open" })];

function wake(item: LedgerItem) {
  return decide(itemsOf(item), { kind: "wake", itemId: item.id }, circumstances());
}

describe("decideWake", () => {
  it("knows nothing of an item that does not exist", () => {
    const event = { kind: "wake", itemId: "job#1-1" } as const;
    expect(decide(itemsOf(), event, circumstances()).outcome).toBe("item is unknown");
  });

  it.each<[state: string, item: LedgerItem, outcome: string]>([
    ["a job that is not due", jobItem({ wakeAt: start + clockTolerance + 1 }), "not due"],
    ["a job that waits for an approval", omitWakeAt(jobItem()), "not due"],
    ["a job that is over", jobItem({ times: { completed: start } }), "job is over"],
    ["a job that failed", jobItem({ status: "failed" }), "job is over"],
    ["a runner that owes nothing", runnerItem({ wakeAt: start }), "nothing owed"],
    ["a runner without a time", runnerItem({ owed: ["stop"] }), "not due"],
  ])("does nothing about %s", (_state, item, outcome) => {
    expect(wake(item)).toEqual({ writes: [], actions: [], outcome });
  });

  it("looks again at what a running job leaves, when a message about it comes again", () => {
    const item = runningItem({ runnerName: "tornade-5-1-1", wakeAt: start + clockTolerance + 1 });
    expect(wake(item)).toEqual({
      writes: [],
      actions: [{ kind: "rebind", runnerName: "tornade-5-1-1" }],
      outcome: "not due",
    });
  });

  it.each([
    ["runs", runningItem({ runnerName: "tornade-4711-1-1", wakeAt: start + 3_600_000, launches })],
    ["is over", omitWakeAt(jobItem({ times: { completed: start }, launches }))],
  ])("looks again at a launch that nobody recorded when the job %s", (_state, item) => {
    const actions = [{ kind: "rebind", runnerName: "tornade-4711-1-2" }];
    expect(wake(item)).toEqual({ writes: [], actions, outcome: "not due" });
  });

  it.each([
    [staleAfter, "claimed"],
    [staleAfter + 1, "checking"],
  ])("goes on with a launch that was due %i ms ago: %s", (ago, outcome) => {
    const lease = { owner: "gone", until: start - ago };
    expect(wake(launchingItem({ lease, wakeAt: start - ago })).outcome).toBe(outcome);
  });

  it.each([jobItem({ wakeAt: start }), launchingItem({ wakeAt: start })])(
    "asks again about a job that GitHub did not find, and that may be over",
    (item) => {
      expect(wake({ ...item, reason: notFound }).outcome).toBe("checking");
    },
  );

  it("claims a parked job, even when the reminder comes a little early", () => {
    expect(wake(jobItem({ wakeAt: start + clockTolerance }))).toMatchObject({
      actions: [{ kind: "launch" }],
      outcome: "claimed",
    });
  });

  it.each([
    ["a parked job in doubt", jobItem({ doubtful: true })],
    ["an overdue job", launchedItem({ wakeAt: start })],
    ["an overdue refusal", launchedItem({ status: "refused", refusal: "x", wakeAt: start })],
    ["a job that has been running for long", runningItem({ wakeAt: start })],
  ])("asks GitHub about %s", (_state, item) => {
    expect(wake(item)).toEqual({
      writes: [],
      actions: [{ kind: "check", item }],
      outcome: "checking",
    });
  });

  it("takes over an abandoned launch", () => {
    const item = launchingItem({ lease: { owner: "them", until: start }, wakeAt: start });
    expect(wake(item)).toMatchObject({ actions: [{ kind: "launch" }], outcome: "claimed" });
  });

  it("comes back for a launch whose lease ends in a moment", () => {
    const item = launchingItem({ lease: { owner: "them", until: start + 1 }, wakeAt: start + 1 });
    expect(wake(item).actions).toEqual([{ kind: "come-back", at: start + 1 }]);
  });

  it("retires a runner that still owes something", () => {
    const item = runnerItem({ owed: ["stop"], wakeAt: start });
    expect(wake(item)).toEqual({
      writes: [],
      actions: [{ kind: "retire", item }],
      outcome: "retiring",
    });
  });
});

function omitWakeAt<Item extends LedgerItem>({ wakeAt: _wakeAt, ...item }: Item) {
  return item;
}
