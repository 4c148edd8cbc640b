import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { RunnerItem } from "../../functions/core/ledger.ts";
import type { JobState } from "../../functions/core/runner-registry.ts";
import { deadNamedAfter, deadUnnamedAfter } from "../../functions/core/waits.ts";
import { circumstances, itemsOf, jobItem, launchOf, runnerItem, start } from "./builders.ts";
import { containing } from "../support/containing.ts";

const first = "tornade-4711-1-1";
const second = runnerItem({ name: "tornade-4711-1-2" });
const now = start + 3_600_000;
const item = jobItem({
  doubtful: true,
  losses: 2,
  wakeAt: now,
  launches: [launchOf(1, { outcome: "ended" }), launchOf(2, { outcome: "started" })],
});

const queued: JobState = { status: "queued" };

function endedFor(milliseconds: number, overrides: Partial<RunnerItem> = {}): RunnerItem {
  return runnerItem({ ended: { at: now - milliseconds, reason: "exit 0" }, ...overrides });
}

function check(
  runners: readonly RunnerItem[],
  { job = item, deadRunner = first, state = queued, capacityDeadline = 7_200_000 } = {},
) {
  const event = {
    kind: "job-checked",
    jobKey: "4711-1",
    state,
    seen: { name: deadRunner, state: "dead" },
  } as const;
  return decide(itemsOf(job, ...runners), event, circumstances({ now, capacityDeadline }));
}

describe("decideChecked about a job that GitHub gave to a runner which has ended", () => {
  it("has its people told, and retires the runner that was started in vain", () => {
    const { writes, actions, outcome } = check([endedFor(deadUnnamedAfter), second]);
    expect(writes).toMatchObject([
      { name: "tornade-4711-1-2", owed: ["deregister", "stop"] },
      { status: "failed", owed: ["tell"], reason: containing("#4598") },
    ]);
    expect(writes[1]).toHaveProperty("reason", containing(first));
    expect(actions.map(({ kind }) => kind)).toEqual(["tell", "retire"]);
    expect(outcome).toBe("job is bound to a dead runner");
  });

  it("knows sooner where GitHub says who has the job", () => {
    const state: JobState = { status: "queued", runnerName: first };
    expect(check([endedFor(deadNamedAfter)], { state })).toMatchObject({
      outcome: "job is bound to a dead runner",
    });
  });

  it("knows at the deadline where nobody told that the runner has ended", () => {
    expect(check([runnerItem()], { capacityDeadline: 3_600_000 })).toMatchObject({
      outcome: "job is bound to a dead runner",
    });
    expect(check([], { capacityDeadline: 3_600_000 })).toMatchObject({
      outcome: "job is bound to a dead runner",
    });
  });

  it("knows no deadline for a job that nobody received", () => {
    expect(check([], { job: { ...item, times: {} } })).toMatchObject({ outcome: "claimed" });
  });

  it.each([
    ["GitHub may still take the job back", endedFor(deadUnnamedAfter - 1)],
    ["the runner had another job", endedFor(deadUnnamedAfter, { serves: "5-1" })],
    ["nobody told that the runner has ended", runnerItem()],
  ])("starts another runner as long as %s", (_what, runner) => {
    expect(check([runner])).toMatchObject({ actions: [{ kind: "launch" }], outcome: "claimed" });
  });
});
