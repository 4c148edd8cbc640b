import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import {
  leaseDuration,
  retention,
  runningCheckAfter,
  strayAfter,
} from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobEvent,
  jobItem,
  launchedItem,
  launchingItem,
  launchOf,
  queuedJob,
  runnerItem,
  runnerSpec,
  runningItem,
  start,
  toIgnore,
} from "./builders.ts";

const own = "tornade-4711-1-1";
const others = "tornade-5-1-1";
const takes = jobEvent({ action: "in_progress", runnerName: own, happenedAt: start + 30_000 });

describe("decideInProgress", () => {
  it.each<[state: string, item: LedgerItem]>([
    ["launched", launchedItem()],
    ["being launched", launchingItem()],
    ["parked", jobItem({ doubtful: true })],
  ])("binds runner and job when the job is %s, the job last", (_state, item) => {
    const known = runnerItem({ owed: ["deregister", "stop"], wakeAt: start });
    const { writes, actions, outcome } = decide(itemsOf(item, known), takes, circumstances());
    expect(writes).toEqual([
      runnerItem({ serves: "4711-1" }),
      expect.objectContaining({
        kind: "job",
        status: "running",
        runnerName: own,
        wakeAt: start + runningCheckAfter,
        times: { queued: start - 1_000, received: start, started: start + 30_000 },
      }),
    ]);
    expect(writes[1]).not.toHaveProperty("lease");
    expect(actions).toEqual([]);
    expect(outcome).toBe("running");
  });

  it("keeps a refused job refused, with its reason", () => {
    const item = launchedItem({ status: "refused", refusal: "label 'x' is odd" });
    const [, job] = decide(itemsOf(item), takes, circumstances()).writes;
    expect(job).toMatchObject({ status: "refused", reason: "label 'x' is odd" });
  });

  it("makes the items when it is the first that is heard of the job", () => {
    const { writes } = decide(itemsOf(), takes, circumstances());
    expect(writes).toMatchObject([
      { kind: "runner", name: own, madeFor: "4711-1", serves: "4711-1" },
      { kind: "job", status: "running", launches: [] },
    ]);
  });

  it.each(["in_progress", "completed"] as const)(
    "leaves a runner to its owner, whatever %s says of one of that name elsewhere",
    (action) => {
      const { repository } = queuedJob();
      const job = queuedJob({
        id: 9,
        repository: { ...repository, id: 8, owner: "globex" },
        installationId: 43,
      });
      const event = jobEvent({ action, job, runnerName: own }, toIgnore);
      const items = itemsOf(launchedItem(), runnerItem({ repository }));
      expect(decide(items, event, circumstances()).writes).toEqual([]);
      const rebind = { kind: "rebind", runnerName: own } as const;
      expect(decide(items, rebind, circumstances())).toMatchObject({ writes: [], actions: [] });
    },
  );

  it("remembers that a foreign job took a runner of ours", () => {
    const event = jobEvent({ action: "in_progress", runnerName: others }, toIgnore);
    expect(decide(itemsOf(), event, circumstances())).toMatchObject({
      writes: [{ kind: "runner", name: others, madeFor: "5-1", serves: "4711-1" }],
      actions: [{ kind: "rebind", runnerName: others }],
      outcome: "foreign job took a runner",
    });
  });

  it.each([
    ["the job is over", jobItem({ times: { completed: start } })],
    ["the job has started", runningItem()],
  ])("still binds the runner when %s", (_state, item) => {
    expect(decide(itemsOf(item), takes, circumstances())).toMatchObject({
      writes: [{ kind: "runner", serves: "4711-1" }],
      outcome: "job has started already",
    });
  });

  it("writes nothing the second time", () => {
    const items = itemsOf(runningItem(), runnerItem({ serves: "4711-1" }));
    expect(decide(items, takes, circumstances()).writes).toEqual([]);
  });

  it.each([
    ["somebody-elses-runner", [own]],
    ["tornade-4711-1-9", [own]],
    [others, [others]],
    [undefined, []],
  ])("runs on %s just as well, and what is left over is looked at", (runnerName, left) => {
    const event = jobEvent({
      action: "in_progress",
      ...(runnerName === undefined ? {} : { runnerName }),
    });
    const { writes, actions } = decide(itemsOf(launchedItem()), event, circumstances());
    expect(writes.at(-1)).toMatchObject({ kind: "job", status: "running" });
    expect(actions).toEqual(left.map((name) => ({ kind: "rebind", runnerName: name })));
  });
});

describe("decideInProgress on another runner, a launch of its own being open", () => {
  const robs = jobEvent({ action: "in_progress", runnerName: others });

  it("leaves a launch under way to its launcher, and looks at it when that must be done", () => {
    const { writes, actions } = decide(itemsOf(launchingItem()), robs, circumstances());
    expect(writes).toMatchObject([
      { name: others, serves: "4711-1" },
      { name: own, owed: ["deregister", "stop"], wakeAt: start + leaseDuration },
      { kind: "job", status: "running" },
    ]);
    expect(actions).toEqual([{ kind: "rebind", runnerName: others }]);
  });

  it("retires at once what an abandoned launch may have left", () => {
    const now = start + leaseDuration;
    const { actions } = decide(itemsOf(launchingItem()), robs, circumstances({ now }));
    expect(actions).toMatchObject([{ kind: "retire", item: { name: own } }, { kind: "rebind" }]);
  });
});

describe("decideCompleted", () => {
  const succeeded = jobEvent({
    action: "completed",
    runnerName: own,
    conclusion: "success",
    happenedAt: start + 90_000,
  });
  const cancelled = jobEvent({ action: "completed", conclusion: "cancelled" });

  it("closes a running job", () => {
    const items = itemsOf(runningItem(), runnerItem({ serves: "4711-1" }));
    const { writes, actions, outcome } = decide(items, succeeded, circumstances());
    expect(writes).toMatchObject([
      { status: "completed", conclusion: "success", times: { completed: start + 90_000 } },
    ]);
    expect(writes[0]).not.toHaveProperty("wakeAt");
    expect(actions).toEqual([]);
    expect(outcome).toBe("completed");
  });

  it("keeps a refused job refused", () => {
    const item = runningItem({ status: "refused", refusal: "label 'x' is odd" });
    const { writes } = decide(itemsOf(item), succeeded, circumstances());
    expect(writes.at(-1)).toMatchObject({ status: "refused", reason: "label 'x' is odd" });
  });

  it("looks no more who is left without the runner, as `in_progress` had that seen to", () => {
    const ended = jobEvent({ action: "completed", runnerName: others });
    const untold = decide(itemsOf(launchedItem(), runnerItem()), ended, circumstances());
    expect(untold.actions).toMatchObject([{ kind: "rebind", runnerName: others }]);
    const told = decide(itemsOf(runningItem({ runnerName: others })), ended, circumstances());
    expect(told.actions).toEqual([]);
  });

  it("binds the runner where `in_progress` never came", () => {
    const { writes } = decide(itemsOf(launchedItem(), runnerItem()), succeeded, circumstances());
    expect(writes).toMatchObject([{ serves: "4711-1", owed: [] }, { status: "completed" }]);
  });

  it("leaves a closed row of a job it never heard of, so that a late `queued` starts nothing", () => {
    const { writes } = decide(itemsOf(), cancelled, circumstances());
    expect(writes).toMatchObject([{ kind: "job", times: { completed: start - 1_000 } }]);
    const late = decide(itemsOf(...writes), jobEvent(), circumstances());
    expect(late).toEqual({ writes: [], actions: [], outcome: "job is over" });
  });

  it("leaves nothing of a foreign job without a runner", () => {
    const event = jobEvent({ action: "completed" }, toIgnore);
    expect(decide(itemsOf(), event, circumstances())).toEqual({
      writes: [],
      actions: [],
      outcome: "job is unknown",
    });
  });

  describe("of a foreign job that took a runner of ours", () => {
    const event = jobEvent({ action: "completed", runnerName: others }, toIgnore);
    const runner = runnerItem({ name: others, madeFor: "5-1" });
    const wakeAt = start + strayAfter;
    const due = { owed: ["deregister", "stop"], wakeAt, expiresAt: wakeAt + retention };

    it.each([
      ["was told to have begun", { ...runner, serves: "4711-1" } as const],
      ["was not", runner],
    ])("has its runner looked at after some minutes, where it %s", (_what, known) => {
      const { writes, outcome } = decide(itemsOf(known), event, circumstances());
      expect(writes).toEqual([{ ...runner, serves: "4711-1", ...due }]);
      expect(outcome).toBe("job is unknown");
      // The usual end comes before that, and leaves nothing to be done.
      const end = { computeId: "task-1", at: start, reason: "exit", interrupted: false };
      const ended = { kind: "runner-ended", end: { ...end, runnerName: others } } as const;
      const [kept] = decide(itemsOf(...writes), ended, circumstances()).writes;
      expect(kept).toMatchObject({ owed: [] });
      expect(kept).not.toHaveProperty("wakeAt");
    });

    it.each([
      ["has ended", { ...runner, serves: "4711-1", ended: { at: start, reason: "exit" } } as const],
      ["has another job", { ...runner, serves: "6-1" } as const],
      ["is being retired", { ...runner, serves: "4711-1", owed: ["stop"] } as const],
    ])("leaves a runner alone that %s", (_what, known) => {
      expect(decide(itemsOf(known), event, circumstances()).writes).toEqual([]);
    });
  });

  it("changes nothing of a job that is over", () => {
    const item = jobItem({ status: "completed", times: { completed: start } });
    const { writes, outcome } = decide(itemsOf(item), cancelled, circumstances());
    expect(writes).toEqual([]);
    expect(outcome).toBe("job is over");
  });

  it("retires the runner of a job that was cancelled before it started", () => {
    const retired = runnerItem({ owed: ["deregister", "stop"], wakeAt: start });
    const { writes, actions } = decide(
      itemsOf(launchedItem(), runnerItem()),
      cancelled,
      circumstances(),
    );
    expect(writes).toMatchObject([retired, { status: "completed", conclusion: "cancelled" }]);
    expect(actions).toEqual([{ kind: "retire", item: retired }]);
  });

  it("retires the runner of a cancelled job even when its row was never written", () => {
    const { actions } = decide(itemsOf(launchedItem()), cancelled, circumstances());
    const { repository, installationId } = queuedJob();
    expect(actions).toMatchObject([
      { kind: "retire", item: { name: own, provider: "FARGATE", repository, installationId } },
    ]);
  });

  it("leaves a runner alone that has ended", () => {
    const items = itemsOf(launchedItem(), runnerItem({ ended: { at: start, reason: "idle" } }));
    const { writes, actions } = decide(items, cancelled, circumstances());
    expect(writes).toMatchObject([{ kind: "job" }]);
    expect(actions).toEqual([]);
  });

  it("looks for the runner that is left where the job's own serves another job", () => {
    const items = itemsOf(launchedItem(), runnerItem({ serves: "5-1" }));
    const { writes, actions } = decide(items, cancelled, circumstances());
    expect(writes).toMatchObject([{ kind: "job" }]);
    expect(actions).toEqual([{ kind: "rebind", runnerName: own }]);
  });

  it("looks for it once more when told again: who was told first may not have come to an end", () => {
    const closed = launchedItem({ status: "completed", times: { completed: start } });
    const items = itemsOf(closed, runnerItem({ serves: "5-1" }));
    const { writes, actions } = decide(items, cancelled, circumstances());
    expect(writes).toEqual([]);
    expect(actions).toEqual([{ kind: "rebind", runnerName: own }]);
  });

  it("does not retire the runner that the job had", () => {
    const { writes, actions } = decide(itemsOf(runningItem()), cancelled, circumstances());
    expect(writes).toMatchObject([{ kind: "job", status: "completed" }]);
    expect(actions).toEqual([]);
  });

  it("leaves a launch under way to its launcher, and looks at it when that must be done", () => {
    const { writes, actions } = decide(itemsOf(launchingItem()), cancelled, circumstances());
    expect(writes).toMatchObject([
      { name: own, owed: ["deregister", "stop"], wakeAt: start + leaseDuration },
      { kind: "job", status: "completed" },
    ]);
    expect(actions).toEqual([]);
  });

  it.each([
    ["was cancelled", cancelled, []],
    [
      "ran on another's runner",
      jobEvent({ action: "completed", runnerName: others }),
      [{ kind: "rebind", runnerName: others }],
    ],
  ])("retires what an old launch may have left for a job that %s", (_end, event, rebinds) => {
    const now = start + leaseDuration;
    const item = jobItem({ launches: [launchOf(1)] });
    const { actions } = decide(itemsOf(item), event, circumstances({ now }));
    expect(actions).toMatchObject([
      { kind: "retire", item: { name: own, wakeAt: now } },
      ...rebinds,
    ]);
  });

  it("does not retire the runner of unknown outcome that turns out to have had the job", () => {
    const item = jobItem({ launches: [launchOf(1)] });
    const { writes, actions } = decide(itemsOf(item), succeeded, circumstances());
    expect(writes).toMatchObject([{ name: own, serves: "4711-1", owed: [] }, { kind: "job" }]);
    expect(actions).toEqual([]);
  });

  it("keeps the own runner of a job that another's runner served: it is left for that one", () => {
    const event = jobEvent({ action: "completed", runnerName: others });
    const { writes, actions } = decide(
      itemsOf(launchedItem(), runnerItem()),
      event,
      circumstances(),
    );
    expect(writes).toMatchObject([{ name: others, serves: "4711-1" }, { kind: "job" }]);
    expect(actions).toEqual([{ kind: "rebind", runnerName: others }]);
  });

  it("tells a refusal of a job that ended before its runner came", () => {
    const assessment = { kind: "refuse", reason: "odd", spec: runnerSpec() } as const;
    const event = jobEvent({ action: "completed" }, assessment);
    const { writes } = decide(itemsOf(), event, circumstances());
    expect(writes).toMatchObject([{ status: "refused", reason: "odd" }]);
  });
});
