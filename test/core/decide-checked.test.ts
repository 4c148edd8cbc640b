import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { Circumstances } from "../../functions/core/decision.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { JobChecked } from "../../functions/core/checked-job.ts";
import type { JobItem, LedgerItem } from "../../functions/core/ledger.ts";
import type { JobState } from "../../functions/core/runner-registry.ts";
import {
  mostAsked,
  mostLosses,
  notFoundWait,
  overdueAfter,
  queuedAtMost,
  runningCheckAfter,
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
  runningItem,
  start,
} from "./builders.ts";
import { key, now, overdue, own } from "./overdue-job.ts";
import { launched, swap } from "./robberies.ts";

// Another job has the own runner, and its own is left, which was made for fewer labels.
const lesser = "tornade-5-1-1";
const robbedByLesser = [
  runnerItem({ serves: "5-1" }),
  runningItem({ id: "job#5-1", job: queuedJob({ id: 5, labels: [] }), runnerName: own }),
  runnerItem({ id: `runner#${lesser}`, name: lesser, madeFor: "5-1", labels: [] }),
];

function checked(
  state: JobState,
  items: readonly LedgerItem[],
  overrides: Partial<Circumstances> = {},
) {
  const event = { kind: "job-checked", jobKey: key, state } as const;
  return decide(itemsOf(...items), event, circumstances({ now, ...overrides }));
}

describe("decideChecked", () => {
  it.each([
    ["over", [jobItem({ times: { completed: start } })]],
    ["unknown", []],
  ])("does nothing about a job that is %s", (_state, items) => {
    expect(checked({ status: "queued" }, items)).toEqual({
      writes: [],
      actions: [],
      outcome: "job is over",
    });
  });

  it("does not take a job for deleted because GitHub did not find it once", () => {
    const [asked, ...others] = checked({ status: "gone" }, [overdue, runnerItem()]).writes;
    const reason = "GitHub does not find the job";
    expect([asked, others]).toEqual([{ ...overdue, reason, wakeAt: now + notFoundWait }, []]);
    const found = { ...overdue, reason };
    const justAsked = { ...found, wakeAt: now + notFoundWait };
    expect(checked({ status: "gone" }, [justAsked, runnerItem()]).writes).toEqual([]);
    expect(
      checked({ status: "queued" }, [found, runnerItem({ provider: "CODEBUILD" })]).writes,
    ).not.toContainEqual(expect.objectContaining({ reason }));
    const running = runningItem({ reason, wakeAt: now });
    expect(checked({ status: "in_progress" }, [running]).writes[0]).not.toHaveProperty("reason");
  });

  it.each([
    ["completed", "completed without a runner", undefined],
    ["gone", "GitHub does not find the job any more", "GitHub does not find the job"],
  ] as const)("closes a job that is %s: %s", (status, expected, reason) => {
    const item = reason === undefined ? overdue : { ...overdue, reason };
    const { writes, actions, outcome } = checked({ status }, [item, runnerItem()]);
    expect(writes).toMatchObject([
      { name: own, owed: ["deregister", "stop"] },
      { kind: "job", status: "completed", times: { completed: now } },
    ]);
    expect(actions).toMatchObject([{ kind: "retire" }]);
    expect(outcome).toBe(expected);
  });

  it("writes down who had it and how it ended", () => {
    const state = { status: "completed", runnerName: own, conclusion: "failure" } as const;
    expect(checked(state, [overdue, runnerItem()]).writes).toMatchObject([
      { serves: key },
      { runnerName: own, conclusion: "failure" },
    ]);
  });

  it("takes a job that runs as begun", () => {
    const state = { status: "in_progress", runnerName: own } as const;
    expect(checked(state, [overdue, runnerItem()])).toMatchObject({
      writes: [{ serves: key }, { status: "running", wakeAt: now + runningCheckAfter }],
      outcome: "running",
    });
  });

  it.each([{ status: "in_progress" }, { status: "queued" }, { status: "waiting" }] as const)(
    "looks at a running job again later, whatever GitHub says: %j",
    (state) => {
      const item = runningItem({ wakeAt: now });
      expect(checked(state, [item])).toEqual({
        writes: [{ ...item, wakeAt: now + runningCheckAfter }],
        actions: [],
        outcome: "still running",
      });
    },
  );

  it("parks a job that GitHub holds back, without its runner", () => {
    const { writes, actions, outcome } = checked({ status: "waiting" }, [
      launchedItem({ wakeAt: now, losses: 2 }),
      runnerItem(),
    ]);
    expect(writes).toMatchObject([
      { name: own, owed: ["deregister", "stop"], wakeAt: now },
      {
        kind: "job",
        status: "parked",
        losses: 0,
        launches: [{ outcome: "open" }],
        heldAt: now,
        wakeAt: now + 300_000,
      },
    ]);
    expect(actions).toMatchObject([{ kind: "retire", item: { name: own } }]);
    expect(outcome).toBe("parked until queued again");
  });

  it("has the runner of a robber go that is left for a job which GitHub holds back", () => {
    const taken = runnerItem({ serves: "5-1" });
    const { actions } = checked({ status: "waiting" }, [launchedItem(), taken]);
    expect(actions).toEqual([{ kind: "rebind", runnerName: own }]);
  });

  it.each([
    [0, 5],
    [59, 5],
    [60, 10],
    [359, 10],
    [360, 60],
  ])("asks again about a job that is held for %i minutes: in %i", (age, minutes) => {
    const held = jobItem({ heldAt: now - age * 60_000, wakeAt: now, doubtful: true });
    const later = { wakeAt: now + minutes * 60_000, heldAt: held.heldAt };
    expect(checked({ status: "waiting" }, [held])).toMatchObject({ writes: [later], actions: [] });
    const failed = { kind: "check-failed", jobKey: key, message: "403" } as const;
    const at = circumstances({ now: now + queuedAtMost });
    const error = new GitHubError("GitHubRefused", "403");
    for (const waits of [0, mostAsked]) {
      const { writes, actions } = decide(itemsOf({ ...held, waits }), { ...failed, error }, at);
      expect([writes, actions]).toMatchObject([[{ status: "parked", heldAt: held.heldAt }], []]);
    }
  });

  it.each([
    ["a launch that is under way", launchingItem({ wakeAt: now + 20_000 })],
    ["a job that was launched anew", launchedItem({ wakeAt: now + overdueAfter })],
    ["a job that runs by now", runningItem({ wakeAt: now + runningCheckAfter })],
    ["a job that was parked by now", jobItem({ wakeAt: now + 60_000 })],
  ])("does not disturb %s: GitHub's answer is older", (_state, item) => {
    for (const status of ["queued", "waiting"] as const) {
      expect(checked({ status }, [item, runnerItem()])).toEqual({
        writes: [],
        actions: [],
        outcome: "already handled",
      });
    }
  });

  it("takes over a launch that was abandoned meanwhile", () => {
    const item = launchingItem({ wakeAt: now, lease: { owner: "them", until: now } });
    expect(checked({ status: "queued" }, [item]).outcome).toBe("claimed");
  });
});

describe("decideChecked, still queued", () => {
  const queued = { status: "queued" } as const;

  it.each<[state: string, items: readonly LedgerItem[]]>([
    ["is parked in doubt", [jobItem({ doubtful: true, wakeAt: now })]],
    ["has a runner that ended", [overdue, runnerItem({ ended: { at: start, reason: "idle" } })]],
    ["has no live launch", [launchedItem({ launches: [], wakeAt: now })]],
  ])("claims a job that %s", (_state, items) => {
    expect(checked(queued, items)).toMatchObject({
      writes: [{ kind: "job", status: "launching", doubtful: false }],
      actions: [{ kind: "launch" }],
    });
  });

  it.each([
    ["is unknown", [overdue, runnerItem({ serves: "5-1" })], []],
    [
      "does not fit",
      [overdue, ...robbedByLesser],
      [{ name: lesser, owed: ["deregister", "stop"] }],
    ],
  ])("launches a robbed job anew when the runner left for it %s", (_state, items, retired) => {
    const { writes, actions, outcome } = checked(queued, items);
    expect(writes).toMatchObject([
      ...retired,
      { kind: "job", status: "parked", wakeAt: now, launches: [{ outcome: "ended" }] },
    ]);
    expect(actions.map(({ kind }) => kind)).toEqual(["wake", ...retired.map(() => "retire")]);
    expect(outcome).toBe("relaunched: another job took its runner");
  });

  it.each([
    ["has no row", []],
    ["is idle", [runnerItem()]],
  ])("gives up a runner that %s, and then replaces it", (_state, runners) => {
    const { writes, actions, outcome } = checked(queued, [overdue, ...runners]);
    expect(writes).toMatchObject([
      { name: own, owed: ["deregister", "stop"], wakeAt: now },
      {
        status: "parked",
        doubtful: true,
        losses: 1,
        wakeAt: now,
        reason: `runner ${own} did not take its job in time`,
        launches: [{ outcome: "open" }],
      },
    ]);
    expect(actions).toMatchObject([{ kind: "retire" }, { kind: "wake" }]);
    expect(outcome).toBe("runner lost");
  });

  it("gives up the runner that a robber left, and does not look for the own one again", () => {
    const item = launched(1, { wakeAt: now });
    const lookedAt = "tornade-2-1-1";
    const event = { kind: "job-checked", jobKey: "1-1", state: queued, lookedAt } as const;
    const decision = decide(itemsOf(item, ...swap(1, 2)), event, circumstances({ now }));
    expect(decision).toMatchObject({
      writes: [
        { name: "tornade-2-1-1", owed: ["deregister", "stop"] },
        { id: "job#1-1", status: "parked", launches: [{ outcome: "ended" }] },
      ],
      outcome: "runner lost",
    });
  });

  it("refuses a job whose runners never take it", () => {
    const item = launchedItem({ wakeAt: now, losses: mostLosses });
    expect(checked(queued, [item, runnerItem()])).toMatchObject({
      writes: [{ owed: ["deregister", "stop"] }, { status: "parked", doubtful: true }],
      actions: [{ kind: "retire" }, { kind: "wake", at: now }],
      outcome: "refused after waiting",
    });
  });

  it("replaces a build that is not there any more", () => {
    const launches = [launchOf(1, { provider: "CODEBUILD", outcome: "started" })];
    const items = itemsOf(
      launchedItem({ wakeAt: now, launches }),
      runnerItem({ provider: "CODEBUILD" }),
    );
    const event = {
      kind: "job-checked",
      jobKey: key,
      state: queued,
      seen: { name: own, state: "missing" },
    } as const;
    expect(decide(items, event, circumstances({ now }))).toMatchObject({
      writes: [
        { name: own, owed: ["deregister", "stop"] },
        { status: "parked", losses: 1 },
      ],
      outcome: "runner lost",
    });
  });

  it("counts no runner as lost that idled while the job may have had to wait for its turn", () => {
    const turn = (idled: number, more: Partial<JobItem> = {}) => {
      const item = jobItem({ wakeAt: now, doubtful: true, losses: 1, idled, ...more });
      const event: JobChecked = {
        kind: "job-checked",
        jobKey: key,
        state: queued,
        mayAwaitSiblings: true,
      };
      return decide(itemsOf(item), event, circumstances({ now }));
    };
    expect(turn(0)).toMatchObject({ outcome: "claimed", writes: [{ losses: 0, idled: 1 }] });
    expect(turn(1)).toMatchObject({ outcome: "claimed", writes: [{ losses: 0, idled: 2 }] });
    const parked = { status: "parked", losses: 0, doubtful: false };
    expect(turn(2)).toMatchObject({
      writes: [{ ...parked, idled: 3, wakeAt: now + 300_000 }],
      actions: [{ kind: "wake", at: now + 300_000 }],
    });
    expect(turn(9).writes).toMatchObject([{ ...parked, idled: 10, wakeAt: now + 600_000 }]);
    const refused = turn(9, { refusal: "no", times: { refused: now } });
    expect(refused.writes.at(-1)).toMatchObject({ status: "launching", losses: 1 });
  });

  it("launches a job that is not held any more, whether that was to be asked or not", () => {
    const held = jobItem({
      heldAt: start,
      wakeAt: now + 300_000,
      times: { received: start, claimed: start },
    });
    expect(checked(queued, [held])).toMatchObject({
      // Its capacity deadline begins only now.
      writes: [{ status: "launching", times: { received: now, claimed: start } }],
      actions: [{ kind: "launch" }],
    });
    expect(checked({ status: "waiting" }, [held]).outcome).toBe("already handled");
  });

  it.each([
    [
      "a build, which may be queued for hours",
      launchedItem({
        wakeAt: now,
        launches: [launchOf(1, { provider: "CODEBUILD", outcome: "started" })],
      }),
      runnerItem({ provider: "CODEBUILD" }),
    ],
    ["a runner that has just taken the job", overdue, runnerItem({ serves: key })],
  ])("waits on for %s", (_state, item, runner) => {
    expect(checked(queued, [item, runner])).toEqual({
      writes: [{ ...item, wakeAt: now + overdueAfter }],
      actions: [],
      outcome: "still starting",
    });
  });
});
