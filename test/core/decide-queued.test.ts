import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import { leaseDuration, retention, staleAfter } from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobEvent,
  jobItem,
  launchedItem,
  launchingItem,
  launchOf,
  queuedJob,
  runItem,
  runningItem,
  runnerSpec,
  start,
  toIgnore,
  toLaunch,
} from "./builders.ts";

const first = "tornade-4711-1-1";
const second = "tornade-4711-1-2";
const other = "tornade-5-1-1";

describe("decideQueued", () => {
  it("claims a job that is seen for the first time", () => {
    const decision = decide(itemsOf(), jobEvent(), circumstances());
    const claimed = launchingItem({
      times: { queued: start - 1_000, received: start, claimed: start, tried: start },
    });
    expect(decision).toEqual({
      writes: [claimed],
      actions: [{ kind: "launch", item: claimed }],
      outcome: "claimed",
    });
  });

  it("keeps the reason of a refusal, which a runner of the default size will tell", () => {
    const assessment = { kind: "refuse", reason: "label 'x' is odd", spec: runnerSpec() } as const;
    const { writes } = decide(itemsOf(), jobEvent({}, assessment), circumstances());
    expect(writes).toMatchObject([
      { kind: "cap", turns: { "4711-1": start } },
      { status: "launching", refusal: "label 'x' is odd", times: { refused: start } },
    ]);
  });

  it.each([
    [["FARGATE_SPOT", "FARGATE"], "FARGATE", ["FARGATE"]],
    [["FARGATE_SPOT", "CODEBUILD"], "CODEBUILD", ["CODEBUILD"]],
    [["FARGATE_SPOT"], "FARGATE", ["FARGATE"]],
    [["CODEBUILD", "FARGATE_SPOT"], "CODEBUILD", ["CODEBUILD"]],
  ] as const)("gives a job of an interrupted run no Spot capacity: %j", (rungs, provider, kept) => {
    const event = jobEvent({ job: queuedJob({ attempt: 2 }) }, toLaunch({ rungs }));
    const items = itemsOf(runItem({ status: "rerun", onDemandSince: start }));
    expect(decide(items, event, circumstances()).writes).toMatchObject([
      { spec: { rungs: kept }, launches: [{ provider }] },
    ]);
  });

  it.each([
    ["was not interrupted", [runItem({ status: "left" })]],
    ["is not known", []],
  ])("gives a job Spot capacity again whose run %s", (_what, items) => {
    const rungs = ["FARGATE_SPOT", "FARGATE"] as const;
    const event = jobEvent({ job: queuedJob({ attempt: 2 }) }, toLaunch({ rungs }));
    expect(decide(itemsOf(...items), event, circumstances()).writes).toMatchObject([
      { spec: { rungs }, launches: [{ provider: "FARGATE_SPOT" }] },
    ]);
  });

  it("ignores a job that policy shuts out", () => {
    expect(decide(itemsOf(), jobEvent({}, toIgnore), circumstances())).toEqual({
      writes: [],
      actions: [],
      outcome: "owner is not allowed",
    });
  });

  it.each([
    ["completed", jobItem({ status: "completed", times: { completed: start } }), "job is over"],
    ["failed", jobItem({ status: "failed" }), "job is over"],
    ["running", runningItem(), "job has a runner"],
    ["parked until later", jobItem({ wakeAt: start + 1 }), "job waits already"],
    [
      "parked in doubt until later",
      jobItem({ wakeAt: start + 1, doubtful: true }),
      "job waits already",
    ],
  ])("does nothing about a job that is %s", (_state, item, outcome) => {
    const decision = decide(itemsOf(item), jobEvent(), circumstances());
    expect(decision).toEqual({ writes: [], actions: [], outcome });
  });

  it.each([
    ["waits for its runner", launchedItem(), first],
    ["is refused", launchedItem({ status: "refused", refusal: "x" }), first],
    ["runs on another runner", runningItem({ runnerName: other }), other],
    ["runs on an older runner", runningItem({ launches: [launchOf(1), launchOf(2)] }), second],
    ["failed", jobItem({ status: "failed", launches: [launchOf(2)] }), second],
  ])("looks again at what may be left when the job %s", (_state, item, runnerName) => {
    expect(decide(itemsOf(item), jobEvent(), circumstances())).toMatchObject({
      writes: [],
      actions: [{ kind: "rebind", runnerName }],
    });
  });

  it("asks where a job stands that is overdue: it may have been approved in the meantime", () => {
    expect(
      decide(itemsOf(launchedItem({ wakeAt: start })), jobEvent(), circumstances()),
    ).toMatchObject({
      writes: [],
      actions: [{ kind: "check" }],
      outcome: "checking",
    });
  });

  it("does not disturb a launch that is under way: the message comes again when its lease ends", () => {
    const item = launchingItem({ lease: { owner: "them", until: start + 1 } });
    expect(decide(itemsOf(item), jobEvent(), circumstances())).toEqual({
      writes: [],
      actions: [{ kind: "come-back", at: start + 1 }],
      outcome: "launch under way",
    });
  });

  it("takes over a launch whose lease has ended, under a fresh number", () => {
    const item = launchingItem({ lease: { owner: "them", until: start } });
    const { writes, outcome } = decide(itemsOf(item), jobEvent(), circumstances());
    expect(outcome).toBe("claimed");
    expect(writes).toMatchObject([
      {
        status: "launching",
        lease: { owner: "us", until: start + leaseDuration },
        wakeAt: start + leaseDuration,
        launches: [launchOf(1), launchOf(2)],
      },
    ]);
  });

  it("takes over a launch that nobody holds", () => {
    const { lease: _lease, ...item } = launchingItem();
    expect(decide(itemsOf(item), jobEvent(), circumstances()).outcome).toBe("claimed");
  });

  it("claims a parked job whose time has come", () => {
    const item = jobItem({ wakeAt: start, reason: "no capacity", waits: 3 });
    const [claimed] = decide(itemsOf(item), jobEvent(), circumstances()).writes;
    expect(claimed).toMatchObject({ status: "launching", waits: 3, expiresAt: start + retention });
    expect(claimed).not.toHaveProperty("reason");
  });

  it("asks GitHub first about a parked job in doubt: the message may be an old one", () => {
    const item = jobItem({ doubtful: true, wakeAt: start });
    expect(decide(itemsOf(item), jobEvent(), circumstances())).toEqual({
      writes: [],
      actions: [{ kind: "check", item }],
      outcome: "checking",
    });
  });

  it("claims a job that an older version parked until it is queued again", () => {
    const { wakeAt: _wakeAt, ...parked } = jobItem();
    expect(decide(itemsOf(parked), jobEvent(), circumstances()).outcome).toBe("claimed");
  });

  it("lets the wait of a job begin anew once it was approved", () => {
    const held = { heldAt: start, wakeAt: start + 60_000, doubtful: true };
    const item = jobItem({ ...held, waits: 4, times: { received: 1, queued: 1 } });
    const now = start + 2 * 24 * 3_600_000;
    const { writes } = decide(itemsOf(item), jobEvent({ receivedAt: now }), circumstances({ now }));
    expect(writes).toMatchObject([
      { status: "launching", waits: 0, times: { queued: 1, received: now } },
    ]);
    expect(writes[0]).not.toHaveProperty("heldAt");
  });

  it("asks GitHub first about a job whose message is old", () => {
    const told = { receivedAt: start - staleAfter - 1 };
    const { writes, actions, outcome } = decide(itemsOf(), jobEvent(told), circumstances());
    expect(writes).toMatchObject([{ status: "parked", doubtful: true, wakeAt: start }]);
    expect(actions).toMatchObject([{ kind: "wake", at: start }]);
    expect(outcome).toBe("told late");
    const inTime = jobEvent({ receivedAt: start - staleAfter });
    expect(decide(itemsOf(), inTime, circumstances()).outcome).toBe("claimed");
  });

  it.each([
    [staleAfter, "claimed"],
    [staleAfter + 1, "checking"],
  ])("asks GitHub first about a parked job that was due long ago: %i ms, %s", (ago, outcome) => {
    const item = jobItem({ wakeAt: start - ago });
    expect(decide(itemsOf(item), jobEvent(), circumstances()).outcome).toBe(outcome);
    const wake = { kind: "wake", itemId: item.id } as const;
    expect(decide(itemsOf(item), wake, circumstances()).outcome).toBe(outcome);
  });

  it("leaves a launch to the next invocation where this one has lasted long", () => {
    const late = circumstances({ isLate: true });
    const { writes, actions } = decide(itemsOf(), jobEvent(), late);
    const reason = "GitHub or AWS is slow; the job goes on in a moment";
    expect(writes).toMatchObject([{ status: "parked", reason, wakeAt: start, doubtful: false }]);
    expect(actions).toMatchObject([{ kind: "wake", at: start }]);
  });

  it("gives a refused job the runner that refusals have by now", () => {
    const item = jobItem({ refusal: "odd", wakeAt: start, spec: runnerSpec({ image: "old" }) });
    const wake = { kind: "wake", itemId: item.id } as const;
    const refusalSpec = runnerSpec({ image: "new" });
    const { writes } = decide(itemsOf(item), wake, circumstances({ refusalSpec }));
    expect(writes).toMatchObject([{}, { status: "launching", spec: refusalSpec }]);
  });
});
