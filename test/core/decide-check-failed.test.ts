import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { CheckFailure } from "../../functions/core/checked-job.ts";
import { GitHubError } from "../../functions/core/github-error.ts";
import type { JobItem } from "../../functions/core/ledger.ts";
import { endUnknown, outOfReach } from "../../functions/core/not-found.ts";
import { mostAsked, overdueAfter, queuedAtMost, ranAtMost } from "../../functions/core/waits.ts";
import {
  circumstances,
  itemsOf,
  jobItem,
  launchedItem,
  runnerItem,
  runningItem,
  start,
} from "./builders.ts";
import { key, now, overdue, own } from "./overdue-job.ts";

function heldItem(overrides: Partial<JobItem>): JobItem {
  return jobItem({ heldAt: now, ...overrides });
}

describe("decideCheckFailed", () => {
  const message = "GitHub did not read job 4711: 403 no";
  const failed: CheckFailure = { kind: "check-failed", jobKey: key, message };

  it("takes a job for over that GitHub has ended, but does not tell of any more", () => {
    const gone = { ...failed, error: new GitHubError("InstallationGone", "404") };
    const at = start + queuedAtMost;
    const check = (event: CheckFailure, item: JobItem) =>
      decide(itemsOf(item, runnerItem()), event, circumstances({ now: at }));
    expect(check(gone, launchedItem({ wakeAt: at }))).toMatchObject({
      writes: [
        { name: own, owed: ["deregister", "stop"] },
        { status: "completed", reason: endUnknown },
      ],
      actions: [{ kind: "retire" }],
    });
    expect(check(failed, launchedItem({ wakeAt: at })).outcome).toBe("not checked");
    expect(check(gone, runningItem({ wakeAt: at })).outcome).toBe("not checked");
    const times = { received: start + 1 };
    expect(check(gone, launchedItem({ wakeAt: at, times })).outcome).toBe("not checked");
  });

  it("takes a job for over that has run for longer than any may", () => {
    const error = new GitHubError("InstallationGone", "404");
    const check = (more: Partial<CheckFailure>, at: number) => {
      const item = runningItem({ wakeAt: at, times: { received: start, started: start } });
      return decide(itemsOf(item), { ...failed, ...more }, circumstances({ now: at }));
    };
    expect(check({ error }, start + ranAtMost - 1).outcome).toBe("not checked");
    expect(check({}, start + ranAtMost).outcome).toBe("not checked");
    expect(check({ error }, start + ranAtMost)).toMatchObject({
      writes: [{ status: "completed", reason: endUnknown }],
    });
  });

  it.each([
    ["a job that runs", "GitHubRefused", runningItem],
    ["a job that is held back", "CredentialsRefused", heldItem],
    ["a job out of reach", "InstallationGone", jobItem],
  ] as const)("asks ever more rarely about %s, for a person to mend", (_which, code, create) => {
    const fail = (age: number, waits: number) => {
      const times = { received: now - age, ...(create === runningItem ? { started: now } : {}) };
      const item = create({ wakeAt: now, waits, times });
      const event = { ...failed, error: new GitHubError(code, message) };
      const [later] = decide(itemsOf(item), event, circumstances({ now })).writes;
      return (later?.kind === "job" ? (later.wakeAt ?? 0) : 0) - now;
    };
    expect(fail(0, 0)).toBe(5 * 60_000);
    expect(fail(12 * 3_600_000, 20)).toBe(60 * 60_000);
  });

  it("says of a job out of reach that it is", () => {
    const error = new GitHubError("InstallationGone", "404");
    const item = jobItem({ wakeAt: now });
    expect(decide(itemsOf(item), { ...failed, error }, circumstances({ now }))).toMatchObject({
      writes: [{ reason: outOfReach }],
    });
  });

  it("has a job served that has no runner, and of which GitHub says nothing again and again", () => {
    const at = { wakeAt: now, doubtful: true };
    const fail = (waits: number, more = {}) =>
      decide(
        itemsOf(jobItem({ ...at, waits, times: { received: start } })),
        { ...failed, ...more },
        circumstances({ now }),
      );
    expect(fail(mostAsked - 1)).toMatchObject({
      outcome: "not checked",
      writes: [{ reason: message }],
    });
    expect(fail(mostAsked)).toMatchObject({ outcome: "claimed", actions: [{ kind: "launch" }] });
    expect(fail(mostAsked, { retryAt: now + 60_000 }).outcome).toBe("not checked");
    const refused = new GitHubError("GitHubRefused", "403");
    expect(fail(mostAsked, { error: refused }).outcome).toBe("claimed");
    // Its repository may be gone, where registering for the organization still works.
    const gone = new GitHubError("InstallationGone", "422");
    expect(fail(mostAsked, { error: gone }).outcome).toBe("not checked");
  });

  it("has the runner of a launched job looked for, and another one started where it is gone", () => {
    const item = { ...overdue, waits: mostAsked };
    const { writes, actions, outcome } = decide(itemsOf(item), failed, circumstances({ now }));
    expect(outcome).toBe("claimed");
    expect(writes).toMatchObject([{ launches: [{ outcome: "open" }, { outcome: "open" }] }]);
    expect(actions).toMatchObject([{ kind: "launch" }]);
    const running = runningItem({ waits: mostAsked, wakeAt: now });
    const { outcome: told } = decide(itemsOf(running), failed, circumstances({ now }));
    expect(told).toBe("not checked");
  });

  it.each([
    ["soon", failed, now + 1_000],
    ["when GitHub wants to be asked", { ...failed, retryAt: now + 60_000 }, now + 61_000],
  ])("asks again %s", (_when, event, wakeAt) => {
    expect(decide(itemsOf(overdue), event, circumstances({ now }))).toEqual({
      writes: [{ ...overdue, reason: message, waits: 1, wakeAt }],
      actions: [],
      outcome: "not checked",
    });
  });

  it.each([
    ["unknown", []],
    ["already handled", [launchedItem({ wakeAt: now + overdueAfter })]],
    ["over", [jobItem({ status: "failed", wakeAt: now + overdueAfter })]],
  ])("leaves a job alone that is %s", (_state, items) => {
    expect(decide(itemsOf(...items), failed, circumstances({ now })).writes).toEqual([]);
  });
});
