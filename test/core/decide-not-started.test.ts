import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LaunchReport } from "../../functions/core/decision.ts";
import { circumstances, itemsOf, jobItem, launchEnded, launchingItem } from "./builders.ts";
import { launchOf, runnerSpec, start } from "./builders.ts";

const message = "as told";
const ladder = runnerSpec({ rungs: ["FARGATE_SPOT", "FARGATE"] });
const onSpot = launchingItem({
  spec: ladder,
  launches: [launchOf(1, { provider: "FARGATE_SPOT" })],
});

function report(kind: Exclude<LaunchReport["kind"], "started">, number = 1): LaunchReport {
  return { kind, number, message };
}

describe("decideNotStarted", () => {
  it.each(["no-capacity", "quota", "denied", "invalid"] as const)(
    "goes on to the next rung, under a fresh number, for %s",
    (kind) => {
      const { writes, actions } = decide(
        itemsOf(onSpot),
        launchEnded(report(kind)),
        circumstances(),
      );
      expect(writes).toMatchObject([
        {
          status: "launching",
          rung: 1,
          launches: [
            { number: 1, provider: "FARGATE_SPOT", outcome: "not-started", reason: message },
            { number: 2, provider: "FARGATE", outcome: "open" },
          ],
        },
      ]);
      expect(actions).toEqual([{ kind: "launch", item: writes[0] }]);
    },
  );

  it.each([
    ["throttled", "not-started"],
    ["unregistered", "not-started"],
    ["unknown", "open"],
  ] as const)("waits on the same rung for %s, the launch then being %s", (kind, outcome) => {
    const item = { ...onSpot, waits: 2 };
    const decision = decide(itemsOf(item), launchEnded(report(kind)), circumstances());
    const wakeAt = start + 1_000;
    expect(decision).toMatchObject({
      writes: [
        { status: "parked", reason: message, rung: 0, waits: 3, wakeAt, launches: [{ outcome }] },
      ],
      actions: [{ kind: "wake", itemId: "job#4711-1", at: wakeAt }],
      outcome: "parked",
    });
    expect(decision.writes[0]).not.toHaveProperty("lease");
  });

  it.each(["no-capacity", "quota", "denied"] as const)(
    "begins at the first rung again after the last one, later, for %s",
    (kind) => {
      const item = { ...onSpot, rung: 1 };
      const { writes } = decide(
        itemsOf(item),
        launchEnded(report(kind)),
        circumstances({ jitter: 0.5 }),
      );
      expect(writes).toMatchObject([{ status: "parked", rung: 0, wakeAt: start + 1_000 + 5_000 }]);
    },
  );

  it.each([
    [start + 60_000, start + 61_000],
    [start - 60_000, start + 1_000],
  ])("waits until GitHub may be asked again: %d", (retryAt, wakeAt) => {
    const limited = { kind: "unregistered", number: 1, message, retryAt } as const;
    const { writes } = decide(itemsOf(onSpot), launchEnded(limited), circumstances());
    expect(writes).toMatchObject([{ status: "parked", wakeAt }]);
  });

  it("fails at once when the request can never succeed", () => {
    expect(
      decide(itemsOf(launchingItem()), launchEnded(report("invalid")), circumstances()),
    ).toEqual({
      writes: [
        expect.objectContaining({
          status: "failed",
          reason: message,
          launches: [launchOf(1, { outcome: "not-started", reason: message })],
        }),
      ],
      actions: [],
      outcome: "failed",
    });
  });

  it.each([
    ["no-capacity", "failed"],
    ["throttled", "failed"],
    ["unregistered", "failed"],
    ["unknown", "parked"],
  ] as const)("after the deadline %s means: %s", (kind, status) => {
    const now = start + 3_600_000;
    const { writes } = decide(
      itemsOf(launchingItem()),
      launchEnded(report(kind)),
      circumstances({ now }),
    );
    expect(writes).toMatchObject([{ status, reason: message }]);
  });

  it("does not give a job up while an earlier runner of it may be alive", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    const now = start + 3_600_000;
    const event = launchEnded(report("unsettled", 2));
    expect(decide(itemsOf(item), event, circumstances({ now }))).toMatchObject({
      writes: [{ status: "parked", launches: [{ outcome: "open" }, { outcome: "not-started" }] }],
      actions: [{ kind: "wake" }],
    });
  });

  it("knows no deadline for a job that nobody received", () => {
    const now = start + 3_600_000;
    const event = launchEnded(report("no-capacity"));
    const { writes } = decide(itemsOf(launchingItem({ times: {} })), event, circumstances({ now }));
    expect(writes).toMatchObject([{ status: "parked" }]);
  });

  it.each([
    ["unknown", "not-started"],
    ["throttled", "not-started"],
    ["unsettled", "open"],
  ] as const)("holds after %s that an earlier open launch is %s", (kind, outcome) => {
    const launches = [launchOf(1), launchOf(2, { outcome: "ended" }), launchOf(3)];
    const { writes } = decide(
      itemsOf(launchingItem({ launches })),
      launchEnded(report(kind, 3)),
      circumstances(),
    );
    expect(writes).toMatchObject([{ launches: [{ outcome }, { outcome: "ended" }, {}] }]);
  });

  it("does nothing about a launch that is not the newest", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    expect(decide(itemsOf(item), launchEnded(report("quota")), circumstances())).toEqual({
      writes: [],
      actions: [],
      outcome: "launch is out of date",
    });
  });

  it.each([
    ["quota", "not-started"],
    ["unknown", "open"],
  ] as const)("only writes down %s when the job is no longer ours to launch", (kind, outcome) => {
    const item = jobItem({ status: "running", launches: [launchOf(1)], times: { started: start } });
    expect(decide(itemsOf(item), launchEnded(report(kind)), circumstances())).toMatchObject({
      writes: [{ status: "running", launches: [{ outcome }] }],
      actions: [],
      outcome: "launch recorded late",
    });
  });
});
