import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { LaunchReport } from "../../functions/core/decision.ts";
import { claimJob, newestLaunch } from "../../functions/core/job-item.ts";
import { toLaunched } from "../../functions/core/launched.ts";
import type { JobItem, Launch } from "../../functions/core/ledger.ts";
import {
  imageDeadline,
  leaseDuration,
  refusalDeadline,
  settlePatience,
} from "../../functions/core/waits.ts";
import { containing } from "../support/containing.ts";
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
  ] as const)(
    "waits at first on the same rung for %s, the launch then being %s",
    (kind, outcome) => {
      const decision = decide(itemsOf(onSpot), launchEnded(report(kind)), circumstances());
      const wakeAt = start + 1_000;
      expect(decision).toMatchObject({
        writes: [
          { status: "parked", reason: message, rung: 0, waits: 1, wakeAt, launches: [{ outcome }] },
        ],
        actions: [{ kind: "wake", item: { id: "job#4711-1" }, at: wakeAt }],
        outcome: "parked",
      });
      expect(decision.writes[0]).not.toHaveProperty("lease");
    },
  );

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

  it.each(["unregistered", "throttled"] as const)(
    "has one that is %s wait for its turn, and not for longer with each try",
    (kind) => {
      const item = { ...onSpot, waits: 9 };
      const told = { kind, number: 1, message, retryAt: start + 60_000 } as const;
      const { writes } = decide(itemsOf(item), launchEnded(told), circumstances({ jitter: 0.5 }));
      expect(writes).toMatchObject([{ status: "parked", rung: 0, wakeAt: start + 63_500 }]);
    },
  );

  it.each([
    ["when it has found no capacity for too long", "no-capacity", start + 3_600_000],
    ["when it was throttled for too long", "throttled", start + 3_600_000],
  ] as const)("refuses a job %s", (_when, kind, now) => {
    const refusalSpec = runnerSpec({ rungs: ["FARGATE", "CODEBUILD"] });
    const item = { ...onSpot, rung: 1, waits: 9 };
    const at = circumstances({ now, refusalSpec });
    const decision = decide(itemsOf(item), launchEnded(report(kind)), at);
    expect(decision).toMatchObject({
      writes: [{ status: "parked", spec: refusalSpec, rung: 0, waits: 0, wakeAt: now }],
      actions: [{ kind: "wake", item: { id: item.id }, at: now }],
      outcome: "refused after waiting",
    });
    const refusal = containing(": FARGATE_SPOT: as told; ");
    expect(decision.writes).toMatchObject([{ refusal, reason: refusal, doubtful: false }]);
  });

  it("refuses a job at once when its request can never succeed on any rung", () => {
    const never = { outcome: "not-started", reason: "never", isInvalid: true } as const;
    const room = { outcome: "not-started", reason: "no room" } as const;
    const tell = (first: Partial<Launch>) => {
      const launches = [
        launchOf(1, { provider: "FARGATE_SPOT", ...first }),
        launchOf(2, { provider: "FARGATE" }),
      ];
      const item = launchingItem({ spec: ladder, rung: 1, launches });
      return decide(itemsOf(item), launchEnded(report("invalid", 2)), circumstances());
    };
    expect(tell(never).outcome).toBe("refused after waiting");
    expect(tell(room)).toMatchObject({ outcome: "parked", writes: [{ rung: 0 }] });
  });

  it("leaves the next rung to the next invocation where this one has lasted long", () => {
    const late = circumstances({ isLate: true });
    const { writes, actions } = decide(itemsOf(onSpot), launchEnded(report("quota")), late);
    expect(writes).toMatchObject([{ status: "parked", rung: 1, reason: message, wakeAt: start }]);
    expect(actions).toMatchObject([{ kind: "wake", at: start }]);
  });

  it.each([
    ["GitHub does not answer", { kind: "unregistered", isUnanswered: true }],
    ["GitHub does not say whether it registered", { kind: "unknown", isUnasked: true }],
    ["its image is being built", { kind: "no-image" }],
  ] as const)("does not count for want of capacity how long %s", (_what, unsaid) => {
    const tell = (item: JobItem, told: LaunchReport, now: number) =>
      decide(itemsOf(item), launchEnded(told), circumstances({ now })).writes[0];
    let item = launchingItem({ times: { received: start, claimed: start, tried: start } });
    let now = start;
    for (let tries = 0; now < start + 3_500_000; tries += 1) {
      const waiting = tell(item, { number: tries + 1, message, ...unsaid }, now);
      if (waiting?.kind !== "job") throw new Error("the job should have been written");
      now = waiting.wakeAt ?? 0;
      const { launches: _launches, ...rest } = claimJob(waiting, circumstances({ now }));
      item = { ...rest, waits: 9, launches: [launchOf(tries + 2)] };
    }
    const short = report("no-capacity", newestLaunch(item)?.number);
    const later = tell(item, short, now + 200_000);
    expect(later).toMatchObject({ status: "parked", reason: message });
    expect(tell(item, short, now + 3_600_000)).toMatchObject({
      refusal: containing("no runner could be started"),
    });
  });

  it("gives a job up that GitHub registers no runner for on principle", () => {
    const now = start + 3_600_000;
    const refused = { kind: "unregistered", number: 1, message, error: new Error("403") } as const;
    const { writes, actions } = decide(
      itemsOf(launchingItem()),
      launchEnded(refused),
      circumstances({ now }),
    );
    expect(writes).toMatchObject([
      { status: "failed", owed: ["tell"], waits: 0, wakeAt: now + leaseDuration },
    ]);
    expect(actions).toEqual([{ kind: "tell", item: writes[0] }]);
  });

  it.each([
    ["invalid", {}, 0, "failed"],
    ["no-capacity", { refused: start }, refusalDeadline, "failed"],
    ["no-capacity", { refused: start }, refusalDeadline - 1, "parked"],
    ["no-capacity", { refused: start, tried: start + 1 }, refusalDeadline, "parked"],
  ] as const)("gives a refused job its own time: %s, %j", (kind, times, after, status) => {
    const item = launchingItem({ refusal: "odd", times: { received: start, ...times } });
    const at = circumstances({ now: start + after });
    const { writes } = decide(itemsOf(item), launchEnded(report(kind)), at);
    const reason = "odd (no runner could be started to say so: as told)";
    expect(writes).toMatchObject([{ status, reason: status === "failed" ? reason : message }]);
  });

  it("has a job come again that waits for its image, as if it had not been launched", () => {
    const item = { ...onSpot, waits: 2 };
    const decision = decide(itemsOf(item), launchEnded(report("no-image")), circumstances());
    const wakeAt = start + 15_000;
    expect(decision).toMatchObject({
      writes: [{ status: "parked", reason: message, rung: 0, waits: 2, wakeAt, launches: [] }],
      actions: [{ kind: "wake", item: { id: "job#4711-1" }, at: wakeAt }],
    });
    const late = circumstances({ jitter: 0.999 });
    expect(decide(itemsOf(item), launchEnded(report("no-image")), late)).toMatchObject({
      writes: [{ wakeAt: start + 44_970 }],
    });
  });

  it("has a refused job wait for its image, whose own request could never succeed", () => {
    const launches = [launchOf(1, { outcome: "not-started", isInvalid: true }), launchOf(2)];
    const item = launchingItem({ refusal: "odd", launches, times: { refused: start } });
    const { outcome } = decide(itemsOf(item), launchEnded(report("no-image", 2)), circumstances());
    expect(outcome).toBe("parked");
  });

  it("keeps what is known of earlier launches of a job that waits for its image", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    const { writes } = decide(itemsOf(item), launchEnded(report("no-image", 2)), circumstances());
    expect(writes).toMatchObject([{ launches: [{ number: 1, outcome: "not-started" }] }]);
  });

  const slim = runnerSpec({ image: "slim" });
  const onArm = runnerSpec({ architecture: "ARM64" });

  it.each([
    ["waits for the only image", {}, 60_000, imageDeadline - 1, "parked", /^none$/u],
    ["gives up the only image", {}, 60_000, imageDeadline, "failed", /^none$/u],
    ["has as much time as for capacity", {}, 7_200_000, 7_199_999, "parked", /^none$/u],
    ["tells by another image", { spec: slim }, 60_000, imageDeadline, "parked", /as told/u],
    ["tells by another architecture", { spec: onArm }, 60_000, imageDeadline, "parked", /as told/u],
    ["waits to tell", { refusal: "odd" }, 60_000, imageDeadline - 1, "parked", /^odd$/u],
    ["gives up telling", { refusal: "odd" }, 60_000, imageDeadline, "failed", /^odd$/u],
  ] as const)(
    "with a job whose image is not built: %s",
    (...[, overrides, capacityDeadline, after, status, refusal]) => {
      const times = { received: start, refused: start };
      const item = launchingItem({ times, ...overrides });
      const at = circumstances({ now: start + after, capacityDeadline });
      const { writes } = decide(itemsOf(item), launchEnded(report("no-image")), at);
      expect(writes).toMatchObject([{ status }]);
      const refused = writes.flatMap((one) => (one.kind === "job" ? [one.refusal ?? "none"] : []));
      expect(refused).toEqual([expect.stringMatching(refusal)]);
    },
  );

  it.each([
    ["throttled", {}, [0, 0, 0]],
    ["unknown", {}, [1, 0, 1]],
    // Elsewhere GitHub would not answer either.
    ["unknown", { isUnasked: true as const }, [0, 0, 0]],
  ] as const)(
    "goes on with other rungs where a service says nothing again and again: %s %j",
    (...[kind, more, rungs]) => {
      let item: JobItem = { ...onSpot, waits: 1 };
      const seen = rungs.map(() => {
        const event = launchEnded({ kind, number: 1, message, ...more });
        const [parked] = decide(itemsOf(item), event, circumstances()).writes;
        item = { ...onSpot, waits: 2, rung: parked?.kind === "job" ? parked.rung : 9 };
        return item.rung;
      });
      expect(seen).toEqual(rungs);
    },
  );

  it("refuses a job whose launches have had no outcome until the deadline", () => {
    const at = circumstances({ now: start + 3_600_000 });
    const event = launchEnded(report("unknown"));
    const { writes } = decide(itemsOf(launchingItem()), event, at);
    const refusal = `no runner could be started in 60 min: FARGATE: as told; ask whoever operates tornade here`;
    // The one that may live is looked for before the runner is started that tells so.
    expect(writes).toMatchObject([{ status: "parked", refusal, launches: [{ outcome: "open" }] }]);

    const unasked = launchEnded({ kind: "unknown", number: 1, message, isUnasked: true });
    expect(decide(itemsOf(launchingItem()), unasked, at).writes).toMatchObject([
      { status: "parked", reason: message },
    ]);
  });

  it("waits for a GitHub that does not answer, however long", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    const silence = { kind: "unsettled", number: 2, message, isUnanswered: true } as const;
    const at = circumstances({ now: start + 20 * 3_600_000 });
    expect(decide(itemsOf(item), launchEnded(silence), at).writes).toMatchObject([
      { status: "parked", reason: message, launches: [{ outcome: "open" }, {}] },
    ]);
  });

  it.each(["unknown", "unsettled"] as const)(
    "retires whatever may live of a job that cannot be told why either: %s",
    (kind) => {
      const refused = launchingItem({
        refusal: "too large",
        times: { received: start, refused: start },
        launches: [launchOf(1), launchOf(2)],
      });
      const now = start + refusalDeadline + settlePatience;
      const event = launchEnded(report(kind, 2));
      const { writes, actions } = decide(itemsOf(refused), event, circumstances({ now }));
      const [left] = writes;
      const name = kind === "unknown" ? "tornade-4711-1-2" : "tornade-4711-1-1";
      expect(left).toMatchObject({ kind: "runner", name, owed: ["deregister", "stop"] });
      expect(writes.at(-1)).toMatchObject({ status: "failed", owed: ["tell"] });
      expect(actions).toMatchObject([{ kind: "tell" }, { kind: "retire", item: left }]);
    },
  );

  it("does not give a job up while an earlier runner of it may be alive", () => {
    const item = launchingItem({ launches: [launchOf(1), launchOf(2)] });
    const now = start + 3_600_000;
    const event = launchEnded(report("unsettled", 2));
    expect(decide(itemsOf(item), event, circumstances({ now }))).toMatchObject({
      writes: [
        {
          status: "parked",
          doubtful: true,
          launches: [{ outcome: "open" }, { outcome: "not-started" }],
        },
      ],
      actions: [{ kind: "wake" }],
    });
  });

  it("counts from the first try: a backlog of ours is no lack of capacity", () => {
    const now = start + 3_600_000;
    const event = launchEnded(report("throttled"));
    const told = (tried: number) =>
      decide(
        itemsOf(launchingItem({ times: { received: start, tried } })),
        event,
        circumstances({ now }),
      );
    expect(told(now - 1_000).outcome).toBe("parked");
    expect(told(start).outcome).not.toBe("parked");
  });

  it.each([
    ["a job", {}],
    ["a refused job", { refusal: "odd" }],
  ])("counts anew for %s once a runner was started: that was no lack of capacity", (_, more) => {
    const times = { received: start, refused: start, tried: start };
    const launched = toLaunched(launchingItem({ times, ...more }), start + 1_000);
    const lost = { ...launched, status: "parked", launches: [] } as const;
    const now = start + 4_200_000;
    const again = claimJob(lost, circumstances({ now }));
    const throttled = (later: number) =>
      decide(itemsOf(again), launchEnded(report("throttled")), circumstances({ now: now + later }));
    expect(throttled(0).outcome).toBe("parked");
    expect(throttled(refusalDeadline - 1).outcome).toBe("parked");
    expect(throttled(3_600_000).outcome).not.toBe("parked");
  });

  it.each([{}, { refusal: "odd" }])("waits out a limit of GitHub's, however long: %j", (more) => {
    const times = { received: start, refused: start, tried: start };
    const now = start + 9 * 3_600_000;
    const limited = { kind: "unregistered", number: 1, message, isUnanswered: true } as const;
    const event = launchEnded({ ...limited, retryAt: now + 60_000 });
    const item = launchingItem({ times, ...more });
    const { writes, outcome } = decide(itemsOf(item), event, circumstances({ now }));
    expect(outcome).toBe("parked");
    expect(writes).toMatchObject([{ status: "parked", wakeAt: now + 61_000 }]);
  });

  it.each([
    { kind: "no-capacity" },
    { kind: "no-image" },
    { kind: "unregistered", isUnanswered: true },
  ] as const)("knows no deadline for a job that nobody received: $kind", (told) => {
    const event = launchEnded({ number: 1, message, ...told });
    const late = circumstances({ now: start + 3_600_000 });
    const { writes } = decide(itemsOf(launchingItem({ times: {} })), event, late);
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

  it.each([
    [[1], ["not-started", "open"]],
    [
      [1, 2],
      ["not-started", "not-started"],
    ],
  ])("keeps what was found out of earlier launches, and waits: %j", (settled, outcomes) => {
    const launches = [launchOf(1), launchOf(2), launchOf(3)];
    const spec = runnerSpec({ rungs: ["FARGATE", "CODEBUILD"] });
    const late = { kind: "unsettled", number: 3, message: "late", isUnanswered: true } as const;
    const { writes, actions } = decide(
      itemsOf(launchingItem({ launches, spec })),
      launchEnded({ ...late, settled }),
      circumstances({ now: start + 7_200_000 }),
    );
    expect(writes).toMatchObject([
      {
        status: "parked",
        rung: 0,
        launches: [...outcomes, "not-started"].map((outcome) => ({ outcome })),
      },
    ]);
    expect(actions).toMatchObject([{ kind: "wake" }]);
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
