import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LaunchReport } from "../../functions/core/decision.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { overdueAfter, removalWait } from "../../functions/core/waits.ts";
import { containing } from "../support/containing.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchedItem,
  launchEnded,
  launchingItem,
  launchOf,
  queuedJob,
  runnerItem,
  runningItem,
  start,
} from "./builders.ts";

const started: LaunchReport = {
  kind: "started",
  number: 1,
  computeId: "task-1",
  registrationId: 1,
};

function endLaunch(items: readonly LedgerItem[], report: LaunchReport = started, owner = "us") {
  return decide(itemsOf(...items), launchEnded(report), circumstances({ owner }));
}

describe("decideLaunchEnded", () => {
  it("refuses a job of which no time is known without a word of time", () => {
    const report = { kind: "invalid", number: 1, message: "as told" } as const;
    const { writes } = endLaunch([launchingItem({ times: {} })], report);
    expect(writes).toMatchObject([{ refusal: containing("no runner could be started: FARGATE") }]);
  });

  it("records runner and job, the job last", () => {
    expect(endLaunch([launchingItem({ waits: 2 })])).toEqual({
      writes: [
        runnerItem(),
        launchedItem({ times: { ...launchingItem().times, launched: start } }),
      ],
      inAnyOrder: true,
      actions: [],
      outcome: "launched",
    });
  });

  it("records one that was started before in order, as somebody may be about to retire it", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    expect(endLaunch([item]).inAnyOrder).toBe(false);
  });

  it("serves a job that was refused when its first runner could not be found, and which turns up", () => {
    const late = {
      refusal: "no runner could be started",
      times: { received: start, refused: start + 1 },
    };
    const launches = [launchOf(1), launchOf(2, { at: start + 2 })];
    const [, served] = endLaunch([launchingItem({ ...late, launches })]).writes;
    expect(served).toMatchObject({ status: "launched", times: { received: start } });
    expect(served).not.toHaveProperty("refusal");
    expect(served).not.toHaveProperty("times.refused");
    // The runner that is to tell so is another matter.
    const [, told] = endLaunch([launchingItem({ ...late, launches })], {
      ...started,
      number: 2,
    }).writes;
    expect(told).toMatchObject({ status: "refused", refusal: late.refusal });
  });

  it("owes the registration that could not be removed, whatever becomes of the job", () => {
    const refused = {
      kind: "no-capacity",
      number: 1,
      message: "none",
      leftRegistrationId: 7,
    } as const;
    const decision = endLaunch([launchingItem()], refused);
    const late = endLaunch([launchingItem()], { ...refused, number: 1 }, "somebody else");

    for (const { writes } of [decision, late]) {
      expect(writes[0]).toMatchObject({
        kind: "runner",
        registrationId: 7,
        owed: ["deregister"],
        wakeAt: start + removalWait,
      });
      expect(writes.at(-1)).toMatchObject({ kind: "job" });
    }
  });

  it("looks at the job again when its runner should long have taken it", () => {
    expect(endLaunch([launchingItem()]).writes[1]).toMatchObject({ wakeAt: start + overdueAfter });
  });

  it("says of a refused job why", () => {
    const { writes } = endLaunch([launchingItem({ refusal: "label 'x' is odd" })]);
    expect(writes[1]).toMatchObject({ status: "refused", reason: "label 'x' is odd" });
  });

  it("does without what it was not told", () => {
    const { installationId: _id, ...job } = queuedJob();
    const report = { kind: "started", number: 9, computeId: "task-9" } as const;
    const [runner] = endLaunch([launchingItem({ job })], report).writes;
    expect(Object.keys(runner ?? {})).not.toContain("installationId");
    expect(Object.keys(runner ?? {})).not.toContain("provider");
    expect(Object.keys(runner ?? {})).not.toContain("registrationId");
  });

  it("knows nothing of a job that has no item", () => {
    expect(endLaunch([])).toEqual({ writes: [], actions: [], outcome: "job is unknown" });
  });

  it("adopts the runner of an earlier launch and closes the others", () => {
    const launches = [launchOf(1), launchOf(2, { outcome: "not-started" }), launchOf(3)];
    const { writes } = endLaunch([launchingItem({ launches })]);
    expect(writes[1]).toMatchObject({
      status: "launched",
      launches: [
        { number: 1, outcome: "started" },
        { number: 2, outcome: "not-started" },
        { number: 3, outcome: "not-started", reason: "launch 1 was found running instead" },
      ],
    });
  });

  it("says of earlier launches only that they brought no runner", () => {
    const launches = [launchOf(1), launchOf(2), launchOf(3)];
    const report = { kind: "started", number: 2, computeId: "task-2" } as const;
    expect(endLaunch([launchingItem({ launches })], report).writes[1]).toMatchObject({
      launches: [
        { outcome: "not-started", reason: "no runner of it was found before launch 2" },
        { outcome: "started" },
        { outcome: "not-started", reason: "launch 2 was found running instead" },
      ],
    });
  });

  it("keeps what is known of the runner already", () => {
    const known = runnerItem({ serves: "5-1", computeId: "task-0", owed: ["stop"], wakeAt: start });
    const [runner] = endLaunch([launchingItem(), known]).writes;
    expect(runner).toEqual(runnerItem({ serves: "5-1" }));
  });

  it("replaces a runner that ended before it was recorded", () => {
    const ended = runnerItem({
      ended: { at: start, reason: "out of memory" },
      owed: ["deregister"],
    });
    expect(endLaunch([launchingItem(), ended])).toMatchObject({
      writes: [
        { kind: "runner", ended: { reason: "out of memory" }, owed: ["deregister"] },
        { kind: "job", status: "parked", doubtful: true, losses: 1, wakeAt: start },
      ],
      actions: [{ kind: "wake", item: { id: "job#4711-1" }, at: start }],
      outcome: "runner lost",
    });
  });

  it("lets a runner be that ended after it ran another job", () => {
    const ended = runnerItem({ ended: { at: start, reason: "done" }, serves: "5-1" });
    expect(endLaunch([launchingItem(), ended])).toMatchObject({
      writes: [{ ended: { reason: "done" } }, { status: "launched" }],
      actions: [{ kind: "rebind", runnerName: "tornade-4711-1-1" }],
      outcome: "launched",
    });
  });
});

describe("decideLaunchEnded without the lease", () => {
  const taken = { lease: { owner: "them", until: start + 1 } };

  it.each([
    ["was cancelled", jobItem({ launches: [launchOf(1)], times: { completed: start } })],
    ["failed", jobItem({ launches: [launchOf(1)], status: "failed" })],
    [
      "is launched anew by another",
      launchingItem({ ...taken, launches: [launchOf(1), launchOf(2)] }),
    ],
    [
      "has another runner of its own",
      launchedItem({
        launches: [launchOf(1, { outcome: "not-started" }), launchOf(2, { outcome: "started" })],
      }),
    ],
    [
      "runs on another runner of its own",
      runningItem({ runnerName: "tornade-4711-1-2", launches: [launchOf(2), launchOf(1)] }),
    ],
  ])("takes the runner back when the job %s", (_state, item) => {
    const retired = runnerItem({ owed: ["deregister", "stop"], wakeAt: start });
    expect(endLaunch([item])).toEqual({
      writes: [retired],
      actions: [{ kind: "retire", item: retired }],
      outcome: "launched but no longer needed",
    });
  });

  it.each([
    ["has been running on it for a while", runningItem({ launches: [launchOf(1)] })],
    [
      "runs on a runner made for another job, which this one is left for",
      runningItem({ launches: [launchOf(1)], runnerName: "tornade-5-1-1" }),
    ],
    [
      "ran on a runner made for another job",
      jobItem({
        launches: [launchOf(1)],
        status: "completed",
        runnerName: "tornade-5-1-1",
        times: { completed: start },
      }),
    ],
    ["was given it by another that adopted it", launchedItem()],
  ])("keeps the runner when the job %s", (_state, item) => {
    expect(endLaunch([item])).toMatchObject({
      writes: [
        { kind: "runner", owed: [] },
        { ...item, launches: [{ number: 1, outcome: "started" }] },
      ],
      actions: [{ kind: "rebind", runnerName: "tornade-4711-1-1" }],
      outcome: "launched",
    });
  });

  it("has nobody look at a runner that came late but has its job", () => {
    const items = [runningItem({ launches: [launchOf(1)] }), runnerItem({ serves: "4711-1" })];
    expect(endLaunch(items)).toMatchObject({ actions: [], outcome: "launched" });
  });
});
