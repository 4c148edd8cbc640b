import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { RunnerEnd } from "../../functions/core/state-change.ts";
import type { LedgerItem, RunnerItem } from "../../functions/core/ledger.ts";
import { oweRetirement } from "../../functions/core/runner-item.ts";
import {
  deadUnnamedAfter,
  lossWait,
  mostLosses,
  mostRefusedLosses,
  removalWait,
  retention,
  unusedAfter,
} from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchedItem,
  launchingItem,
  launchOf,
  queuedJob,
  runnerItem,
  runnerSpec,
  runningItem,
  start,
} from "./builders.ts";
import { containing } from "../support/containing.ts";

const own = "tornade-4711-1-1";

function stop(items: readonly LedgerItem[], overrides: Partial<RunnerEnd> = {}) {
  const told: RunnerEnd = {
    runnerName: own,
    computeId: "task-1",
    at: start - 5,
    reason: "EssentialContainerExited",
    interrupted: false,
    ...overrides,
  };
  return decide(itemsOf(...items), { kind: "runner-ended", end: told }, circumstances());
}

describe("decideEnded", () => {
  const ended = {
    ended: { at: start - 5, reason: "EssentialContainerExited" },
    interrupted: false,
  };

  it.each(["", "build-agent-7", "tornade-1-1"])("ignores the runner '%s'", (runnerName) => {
    expect(stop([], { runnerName })).toEqual({
      writes: [],
      actions: [],
      outcome: "runner is not ours",
    });
  });

  it("remembers the end of a runner that ran a job, and owes nothing", () => {
    const runner = runnerItem({ serves: "4711-1", owed: ["stop"], wakeAt: start });
    expect(stop([runningItem(), runner])).toEqual({
      writes: [runnerItem({ serves: "4711-1", ...ended })],
      actions: [],
      outcome: "runner ended",
    });
  });

  it("replaces the runner of a waiting job, after its registration was removed", () => {
    const gone = runnerItem({ ...ended, owed: ["deregister"], wakeAt: start });
    const { writes, actions } = stop([launchedItem(), runnerItem()]);
    expect(writes).toEqual([
      gone,
      expect.objectContaining({
        status: "parked",
        doubtful: true,
        losses: 1,
        wakeAt: start,
        reason: `runner ${own} ended before its job began: EssentialContainerExited`,
        launches: [expect.objectContaining({ number: 1, outcome: "ended" })],
      }),
    ]);
    expect(actions).toEqual([
      { kind: "retire", item: gone },
      { kind: "wake", item: writes.at(-1), at: start },
    ]);
  });

  it("replaces the runner of a refused job too", () => {
    const item = launchedItem({ status: "refused", refusal: "odd" });
    expect(stop([item, runnerItem()]).outcome).toBe("runner lost");
  });

  it("replaces the runner where only its end was written down", () => {
    const gone = runnerItem({ ...ended, owed: ["deregister"], wakeAt: start });
    expect(stop([launchedItem(), gone])).toMatchObject({
      writes: [gone, { status: "parked", doubtful: true }],
      actions: [{ kind: "retire" }, { kind: "wake" }],
    });
  });

  it("only looks for a job that is left with it the second time", () => {
    const item = jobItem({ doubtful: true, launches: [launchOf(1, { outcome: "ended" })] });
    expect(stop([item, runnerItem(ended)])).toEqual({
      writes: [],
      actions: [{ kind: "rebind", runnerName: own }],
      outcome: "end is known",
    });
  });

  it("learns after it was retired that its capacity was taken back", () => {
    const gone = runnerItem({ ended: { at: start - 9, reason: "no job needed it" } });
    const told = { ...gone, interrupted: true };
    expect(stop([runningItem(), gone], { interrupted: true })).toEqual({
      writes: [told],
      actions: [{ kind: "rebind", runnerName: own }],
      outcome: "end is known",
    });
    expect(stop([runningItem(), told], { interrupted: true }).writes).toEqual([]);
    expect(stop([runningItem(), gone]).writes).toEqual([]);
  });

  it.each<[state: string, item: LedgerItem]>([
    ["is over", jobItem({ times: { completed: start } })],
    ["failed", launchedItem({ status: "failed" })],
    ["runs on another runner", runningItem({ runnerName: "tornade-5-1-1" })],
    ["started as a refused one", launchedItem({ status: "refused", times: { started: start } })],
    ["has a newer runner", launchedItem({ launches: [launchOf(2, { outcome: "started" })] })],
    ["is parked", jobItem()],
    ["has no live launch", launchedItem({ launches: [] })],
  ])("removes the registration and looks whose it was left for when the job %s", (_state, item) => {
    expect(stop([item, runnerItem()])).toMatchObject({
      writes: [{ kind: "runner", owed: ["deregister"], wakeAt: start }],
      actions: [{ kind: "retire" }, { kind: "rebind", runnerName: own }],
      outcome: "runner ended",
    });
  });

  it("knows whose runner it was even when its launch was never recorded", () => {
    const { repository, installationId } = queuedJob();
    expect(stop([launchingItem()]).writes[0]).toMatchObject({
      name: own,
      repository,
      installationId,
      provider: "FARGATE",
      computeId: "task-1",
    });
  });

  it("remembers a runner of which nothing else is known", () => {
    expect(stop([]).writes).toMatchObject([{ name: own, madeFor: "4711-1", owed: ["deregister"] }]);
    expect(stop([runnerItem({ serves: "5-1" })]).writes).toMatchObject([{ serves: "5-1" }]);
  });

  it.each([1, 2, 3, 4, 5])("waits longer for every runner lost, here the %d.", (losses) => {
    const item = launchedItem({ losses: losses - 1 });
    expect(stop([item, runnerItem()]).writes[1]).toMatchObject({
      losses,
      wakeAt: start + lossWait(losses),
    });
  });

  it("refuses a job when one more is lost than may be", () => {
    const item = launchedItem({ losses: mostLosses });
    const { writes, actions } = stop([item, runnerItem()]);
    expect(writes[1]).toMatchObject({
      status: "parked",
      losses: mostLosses + 1,
      refusal: containing("6 runners in a row ended before the job began"),
      wakeAt: start,
    });
    expect(actions).toMatchObject([{ kind: "retire" }, { kind: "wake", at: start }]);
  });

  it("gives a refused job up when one more is lost than may be of those", () => {
    const item = launchedItem({ status: "refused", refusal: "odd", losses: mostRefusedLosses });
    const { writes, actions } = stop([item, runnerItem()]);
    expect(writes[1]).toMatchObject({ status: "failed", owed: ["tell"] });
    expect(actions).toMatchObject([{ kind: "retire" }, { kind: "tell" }]);
  });

  it("replaces an interrupted runner one rung down", () => {
    const spec = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE"] });
    const { writes } = stop([launchedItem({ spec }), runnerItem()], { interrupted: true });
    expect(writes).toMatchObject([{ interrupted: true }, { rung: 1 }]);
  });
});

describe("decideRetired", () => {
  const owing = runnerItem({ owed: ["deregister", "stop"], wakeAt: start, expiresAt: 1 });

  it("clears what was owed", () => {
    expect(retired(["deregister", "stop"], [owing])).toEqual({
      writes: [
        runnerItem({
          owed: [],
          ended: { at: start, reason: "no job needed it" },
          expiresAt: start + retention,
        }),
      ],
      actions: [],
      outcome: "runner retired",
    });
  });

  it("keeps asking for what is still owed", () => {
    expect(retired(["deregister"], [owing])).toEqual({
      writes: [{ ...owing, owed: ["stop"], expiresAt: start + retention }],
      actions: [],
      outcome: "runner half retired",
    });
  });

  it("looks who is left without a runner that was taken back as alive meanwhile", () => {
    expect(retired(["deregister", "stop"], [launchedItem(), runnerItem()])).toMatchObject({
      writes: [{ name: own, ended: { at: start, reason: "no job needed it" } }],
      actions: [{ kind: "rebind", runnerName: own }],
    });
  });

  it("stops a runner that was taken back when its registration was gone already", () => {
    const useless = runnerItem({ owed: ["stop"], wakeAt: start });
    expect(retired(["deregister"], [launchedItem(), runnerItem()])).toEqual({
      writes: [useless],
      actions: [
        { kind: "retire", item: useless },
        { kind: "rebind", runnerName: own },
      ],
      outcome: "runner stopped: its registration was already removed",
    });
  });

  it("knows nothing of a runner that has no item", () => {
    expect(retired(["stop"], []).outcome).toBe("runner is unknown");
  });
});

describe("decideBusyRegistration", () => {
  const ended = { at: start - 60_000, reason: "its session conflicted" };

  function busy(items: readonly LedgerItem[], done: readonly ("deregister" | "stop")[]) {
    return decide(
      itemsOf(...items),
      { kind: "registration-busy", name: own, done },
      circumstances(),
    );
  }

  it("tries again to remove the registration of a runner that has ended", () => {
    const owing = runnerItem({ owed: ["deregister"], ended, wakeAt: start });
    expect(busy([owing], ["deregister"])).toEqual({
      writes: [{ ...owing, wakeAt: start + removalWait, expiresAt: start + retention }],
      actions: [],
      outcome: "registration is busy",
    });
  });

  it("remembers that nothing is left of a runner whose end nobody told", () => {
    const owing = runnerItem({ owed: ["deregister", "stop"], wakeAt: start });
    expect(busy([owing], ["deregister", "stop"]).writes).toMatchObject([
      { owed: ["deregister"], ended: { at: start, reason: "no job needed it" } },
    ]);
  });

  it("leaves the registration to GitHub when it is busy for longer than any job", () => {
    const before = { ...ended, at: start - deadUnnamedAfter };
    const owing = runnerItem({ owed: ["deregister"], ended: before, wakeAt: start });
    const { writes, outcome } = busy([owing], ["deregister"]);
    expect([writes, outcome]).toMatchObject([[{ owed: [], ended: before }], "runner retired"]);
  });

  it("looks who is left without a runner that was taken back as alive meanwhile", () => {
    expect(busy([launchedItem(), runnerItem()], ["deregister", "stop"])).toMatchObject({
      writes: [{ name: own, ended: { at: start } }],
      actions: [{ kind: "rebind", runnerName: own }],
    });
  });

  it("knows nothing of a runner that has no item", () => {
    expect(busy([], ["stop"]).outcome).toBe("runner is unknown");
  });
});

describe("decideNotRetired", () => {
  const minute = 60_000;
  const both = ["deregister", "stop"] as const;

  function notRetired(items: readonly LedgerItem[], retryAt?: number) {
    const event = { kind: "runner-not-retired", name: own } as const;
    const told = retryAt === undefined ? event : { ...event, retryAt };
    return decide(itemsOf(...items), told, circumstances());
  }

  function owingSince(at: number): RunnerItem {
    return { ...oweRetirement(runnerItem({ launchedAt: start - 600 * minute }), at), owed: both };
  }

  it.each<[since: string, at: number, wait: number]>([
    ["just now", start, removalWait],
    ["for twenty minutes", start - 20 * minute, 10 * minute],
    ["for long", start - 600 * minute, 60 * minute],
    ["by a clock that is ahead", start + minute, removalWait],
  ])("tries again the later, the longer it has been owed: %s", (_since, at, wait) => {
    const runner = owingSince(at);
    expect(notRetired([runner])).toEqual({
      writes: [{ ...runner, wakeAt: start + wait }],
      actions: [],
      outcome: "runner not retired yet",
    });
  });

  it.each([
    ["later", 30 * minute, 30 * minute],
    ["sooner", 1_000, removalWait],
  ])("heeds when GitHub may be asked again, here %s", (_when, limitedFor, wait) => {
    expect(notRetired([owingSince(start)], start + limitedFor).writes).toMatchObject([
      { wakeAt: start + wait },
    ]);
  });

  it("leaves the runner to GitHub and its own idle limit after a day", () => {
    const { wakeAt: _wakeAt, ...runner } = owingSince(start - unusedAfter);
    const { writes, actions, outcome } = notRetired([owingSince(start - unusedAfter)]);
    const ended = { at: start, reason: "no job needed it" };
    expect(writes).toEqual([{ ...runner, owed: [], ended, expiresAt: start + retention }]);
    expect([actions, outcome]).toEqual([[], "runner left to GitHub"]);
  });

  it("puts nothing off for a runner that owes nothing (any more), or has no item", () => {
    expect(notRetired([runnerItem()])).toMatchObject({ writes: [], outcome: "nothing is owed" });
    expect(notRetired([])).toMatchObject({ writes: [], outcome: "nothing is owed" });
  });
});

describe("decideBusy", () => {
  const busy = { kind: "runner-busy", runnerName: own } as const;

  it("owes nothing about a runner that has a job, and does not take it for ended", () => {
    const owing = runnerItem({ owed: ["deregister", "stop"], wakeAt: start });
    expect(decide(itemsOf(owing), busy, circumstances())).toEqual({
      writes: [runnerItem({ owed: [] })],
      actions: [],
      outcome: "runner is busy",
    });
  });

  it("knows nothing of a runner that has no item", () => {
    expect(decide(itemsOf(), busy, circumstances()).outcome).toBe("runner is unknown");
  });
});

function retired(done: readonly ("deregister" | "stop")[], items: readonly LedgerItem[]) {
  const event = { kind: "runner-retired", name: own, done } as const;
  return decide(itemsOf(...items), event, circumstances());
}
