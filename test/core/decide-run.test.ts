import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { RunItem, RunnerItem } from "../../functions/core/ledger.ts";
import {
  leaseDuration,
  mostRerunTries,
  retention,
  runnerEndWait,
  rerunAtMost,
} from "../../functions/core/waits.ts";
import { circumstances, itemsOf, runEvent, runItem, runnerItem, start } from "./builders.ts";

const first = "tornade-1-1-1";
const second = "tornade-2-1-1";
const ended = { at: start, reason: "SpotInterruption: Your Spot Task was interrupted." };

function spotRunner(name: string, overrides: Partial<RunnerItem> = {}): RunnerItem {
  return runnerItem({ name, provider: "FARGATE_SPOT", ...overrides });
}

function interrupted(name: string): RunnerItem {
  return spotRunner(name, { ended, interrupted: true });
}

function listed(...runnerNames: readonly string[]) {
  return { kind: "run-listed", run: runItem(), runnerNames } as const;
}

const wake = { kind: "wake", itemId: runItem().id } as const;

const owing: RunItem = runItem({
  status: "interrupted",
  owed: ["rerun"],
  wakeAt: start + leaseDuration,
  onDemandSince: start,
  reason: `the capacity of ${first} was taken back`,
});

describe("decideRun", () => {
  it.each(["failure", "timed_out", "cancelled"])(
    "looks into a run that ended as %s",
    (conclusion) => {
      const item = runItem({ conclusion });
      expect(decide(itemsOf(), runEvent({ conclusion }), circumstances())).toEqual({
        writes: [],
        actions: [{ kind: "list-failed", item }],
        outcome: "looking into the run",
      });
    },
  );

  it("leaves a run alone that ended hours ago, whenever that is told or looked at", () => {
    const late = circumstances({ now: start + rerunAtMost + 1 });
    // A delivery that failed is asked for again, and received as late as that.
    expect(decide(itemsOf(), runEvent({ receivedAt: late.now }), late)).toEqual({
      writes: [],
      actions: [],
      outcome: "run ended long ago",
    });
    expect(decide(itemsOf(owing), wake, late)).toMatchObject({
      writes: [{ status: "left", reason: "it ended long ago" }],
      actions: [],
    });
  });

  it("does without an installation", () => {
    const { installationId: _installationId, ...envelope } = runEvent().envelope;
    const event = { kind: "run", envelope, isOptedIn: true } as const;
    const [action] = decide(itemsOf(), event, circumstances()).actions;
    expect(action).not.toHaveProperty("item.installationId");
  });

  it.each([
    ["a repository that has not opted in", runEvent({}, false), []],
    ["a run that succeeded", runEvent({ conclusion: "success" }), []],
    ["a run that never began", runEvent({ conclusion: "startup_failure" }), []],
    ["a second attempt", runEvent({ attempt: 2 }), []],
    ["a run that is known", runEvent(), [owing]],
    ["a run that was left alone", runEvent(), [runItem({ status: "left" })]],
  ])("does nothing about %s", (_what, event, items) => {
    const { writes, actions } = decide(itemsOf(...items), event, circumstances());
    expect([...writes, ...actions]).toEqual([]);
  });
});

describe("decideRunListed", () => {
  it("owes a re-run where every failed job was interrupted", () => {
    const items = itemsOf(interrupted(first), interrupted(second));
    expect(decide(items, listed(first, second), circumstances())).toEqual({
      writes: [owing],
      actions: [{ kind: "rerun", item: owing }],
      outcome: "re-running",
    });
  });

  it.each([
    ["no job failed", [], []],
    ["a job ran on none of our runners", [first, "GitHub Actions 5"], [interrupted(first)]],
    ["a job had no runner", [first, ""], [interrupted(first)]],
    [
      "a runner ended in another way",
      [first, second],
      [interrupted(first), spotRunner(second, { ended, interrupted: false })],
    ],
    [
      "a runner on demand has not ended",
      [first, second],
      [spotRunner(first), runnerItem({ name: second, provider: "FARGATE" })],
    ],
  ])("leaves the run alone where %s", (_what, names, runners) => {
    expect(decide(itemsOf(...runners), listed(...names), circumstances())).toEqual({
      writes: [],
      actions: [],
      outcome: "run is left alone",
    });
  });

  it.each([
    ["has not ended", [spotRunner(second)]],
    ["is not known", []],
    ["was retired, and its end is not told", [spotRunner(second, { ended })]],
  ])("waits where a runner %s", (_what, runners) => {
    const items = itemsOf(interrupted(first), ...runners);
    const wakeAt = start + runnerEndWait;
    const waiting = runItem({ status: "waiting", runners: [second], wakeAt, tries: 1 });
    expect(decide(items, listed(first, second), circumstances())).toEqual({
      writes: [waiting],
      actions: [{ kind: "wake", item: waiting, at: wakeAt }],
      outcome: "waiting for the end of runners",
    });
  });

  it("changes nothing where somebody else has decided meanwhile", () => {
    const items = itemsOf(owing, interrupted(first));
    expect(decide(items, listed(first), circumstances()).writes).toEqual([]);
  });

  it("closes an item of which GitHub had not told before", () => {
    const items = itemsOf(runItem({ wakeAt: start, tries: 3, reason: "502" }));
    const { writes } = decide(items, listed(""), circumstances({ now: start + 1 }));
    expect(writes).toEqual([
      runItem({
        status: "left",
        tries: 3,
        reason: "a job failed by itself",
        expiresAt: start + 1 + retention,
      }),
    ]);
  });
});

describe("wakeRun", () => {
  it("lists again what GitHub did not tell", () => {
    const item = runItem({ wakeAt: start, tries: 1 });
    const { writes, actions } = decide(itemsOf(item), wake, circumstances());
    expect(writes).toEqual([]);
    expect(actions).toEqual([{ kind: "list-failed", item }]);
  });

  const waiting = runItem({ status: "waiting", runners: [first], wakeAt: start, tries: 4 });

  it("owes the re-run once the end of the runner is told", () => {
    const { writes } = decide(itemsOf(waiting, interrupted(first)), wake, circumstances());
    expect(writes).toEqual([owing]);
  });

  it("goes on waiting until then", () => {
    const { writes } = decide(itemsOf(waiting, spotRunner(first)), wake, circumstances());
    expect(writes).toEqual([{ ...waiting, wakeAt: start + runnerEndWait, tries: 5 }]);
  });

  it("gives up waiting after five minutes", () => {
    const item = { ...waiting, tries: mostRerunTries };
    const { writes, actions } = decide(itemsOf(item, spotRunner(first)), wake, circumstances());
    expect(actions).toEqual([]);
    expect(writes).toMatchObject([
      {
        status: "left",
        reason: `no state change of runner ${first} arrived, so nobody knows whether Spot took it`,
      },
    ]);
    expect(writes[0]).not.toHaveProperty("wakeAt");
    expect(mostRerunTries * runnerEndWait).toBe(300_000);
  });

  it("carries out a re-run that is still owed, and keeps others from it meanwhile", () => {
    const due = { ...owing, wakeAt: start };
    expect(decide(itemsOf(due), wake, circumstances())).toMatchObject({
      writes: [owing],
      actions: [{ kind: "rerun", item: owing }],
    });
  });

  it.each(["rerun", "left", "failed"] as const)("does nothing about one that is %s", (status) => {
    const item = runItem({ status, wakeAt: start });
    const { writes, actions } = decide(itemsOf(item), wake, circumstances());
    expect([...writes, ...actions]).toEqual([]);
  });

  it("does nothing before it is time", () => {
    expect(decide(itemsOf(owing), wake, circumstances()).outcome).toBe("not due");
  });
});

describe("decideRerun", () => {
  it("closes the item, which goes on to say that jobs start on demand", () => {
    const { writes, actions } = decide(
      itemsOf(owing),
      { kind: "run-rerun", run: owing },
      circumstances(),
    );
    expect(actions).toEqual([]);
    expect(writes).toEqual([runItem({ status: "rerun", onDemandSince: start })]);
  });

  it.each([
    ["nothing is known of", []],
    ["is closed already", [runItem({ status: "rerun" })]],
  ])("does nothing about a run that %s", (_what, items) => {
    const event = { kind: "run-rerun", run: owing } as const;
    expect(decide(itemsOf(...items), event, circumstances()).writes).toEqual([]);
  });
});

describe("a run that ended long ago", () => {
  it.each([
    ["listed", "unlisted"],
    ["told of the last of its runners", "waiting"],
  ] as const)("is left alone when it is only now %s", (_what, status) => {
    const name = "tornade-4711-1-1";
    const runner = runnerItem({
      name,
      provider: "FARGATE_SPOT",
      interrupted: true,
      ended: { at: start, reason: "SpotInterruption" },
    });
    const run = runItem({ status, runners: [name], endedAt: start, wakeAt: start });
    const event =
      status === "waiting"
        ? ({ kind: "wake", itemId: run.id } as const)
        : ({ kind: "run-listed", run, runnerNames: [name] } as const);
    const at = (now: number) => decide(itemsOf(run, runner), event, circumstances({ now }));
    expect(at(start + rerunAtMost).actions).toMatchObject([{ kind: "rerun" }]);
    expect(at(start + rerunAtMost + 1)).toMatchObject({
      writes: [{ status: "left", reason: "it ended long ago" }],
      actions: [],
    });
  });
});

describe("decideRunNotAsked", () => {
  const message = "GitHub did not run 99 again: 502";

  it("asks again later", () => {
    const event = { kind: "run-not-asked", run: owing, message } as const;
    const { writes, actions } = decide(itemsOf(owing), event, circumstances());
    const wakeAt = start + 1_000;
    const later = { ...owing, tries: 1, reason: message, wakeAt };
    expect(writes).toEqual([later]);
    expect(actions).toEqual([{ kind: "wake", item: later, at: wakeAt }]);
  });

  it("writes down a run of which GitHub did not tell", () => {
    const event = { kind: "run-not-asked", run: runItem(), message } as const;
    expect(decide(itemsOf(), event, circumstances()).writes).toEqual([
      runItem({ tries: 1, reason: message, wakeAt: start + 1_000 }),
    ]);
  });

  it("asks no sooner than GitHub wants", () => {
    const retryAt = start + 3_600_000;
    const event = { kind: "run-not-asked", run: runItem(), message, retryAt } as const;
    const { writes } = decide(itemsOf(), event, circumstances());
    expect(writes).toMatchObject([{ wakeAt: retryAt + 1_000 }]);
  });

  it("fails after too many tries", () => {
    const item = { ...owing, tries: mostRerunTries };
    const event = { kind: "run-not-asked", run: item, message } as const;
    const { writes, actions } = decide(itemsOf(item), event, circumstances());
    expect(actions).toEqual([]);
    expect(writes).toEqual([
      runItem({ status: "failed", reason: message, onDemandSince: start, tries: mostRerunTries }),
    ]);
  });

  it("changes nothing where somebody else got further", () => {
    const event = { kind: "run-not-asked", run: owing, message } as const;
    const items = itemsOf(runItem({ status: "rerun" }));
    expect(decide(items, event, circumstances()).writes).toEqual([]);
  });
});
