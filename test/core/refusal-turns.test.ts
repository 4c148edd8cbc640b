import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { CapItem } from "../../functions/core/cap-item.ts";
import { jobKey } from "../../functions/core/job.ts";
import { returnTurn, takeTurn } from "../../functions/core/refusal-turns.ts";
import { retention } from "../../functions/core/waits.ts";
import { itemsOf, jobItem, queuedJob, start } from "./builders.ts";

const hour = 3_600_000;
const { repository } = queuedJob();

function capOf(turns: CapItem["turns"]): CapItem {
  return { kind: "cap", id: "cap#refusals#7", turns, expiresAt: start + retention };
}

/** The turn of a new job where others have theirs so many milliseconds after the start. */
function take(others: readonly number[], { now = start, refusalsPerHour = 2 } = {}) {
  const turns = Object.fromEntries(others.map((after, index) => [`${index}-1`, start + after]));
  return takeTurn(itemsOf(capOf(turns)), queuedJob(), { now, refusalsPerHour });
}

describe("takeTurn", () => {
  it("puts the first job of a repository down, for now", () => {
    const turn = takeTurn(itemsOf(), queuedJob(), { now: start, refusalsPerHour: 1 });
    expect(turn).toEqual({ at: start, taken: capOf({ "4711-1": start }) });
  });

  it("lets a job keep its turn, and writes nothing for it", () => {
    const items = itemsOf(capOf({ "4711-1": start + 5, "5-1": start }));
    expect(takeTurn(items, queuedJob(), { now: start, refusalsPerHour: 1 })).toEqual({
      at: start + 5,
    });
  });

  it("counts each repository apart", () => {
    const items = itemsOf(capOf({ "5-1": start }));
    const other = queuedJob({ repository: { ...repository, id: 8 } });
    const turn = takeTurn(items, other, { now: start, refusalsPerHour: 1 });
    expect(turn).toMatchObject({ at: start, taken: { id: "cap#refusals#8" } });
  });

  it.each([
    ["none is taken", [], 0],
    ["there is room", [-10], 0],
    ["two are taken", [-10, -5], hour - 10],
    ["two are taken, and two of the next hour", [-10, -5, hour - 10, hour - 5], 2 * hour - 10],
    ["one that was to come was given back", [-10, -5, hour - 5], hour - 10],
    ["what is taken is an hour old", [-hour, -hour], 0],
  ])("gives the earliest turn when %s", (_what, others, after) => {
    expect(take(others)?.at).toBe(start + after);
  });

  it("drops what is older than an hour", () => {
    expect(take([-hour, -1])?.taken?.turns).toEqual({ "1-1": start - 1, "4711-1": start });
  });

  it("finds a turn also after fewer are allowed than were given", () => {
    expect(take([-3, -2, -1], { refusalsPerHour: 1 })?.at).toBe(start - 1 + hour);
  });

  it("gives none that would come after GitHub has given the job up", () => {
    const day = Array.from({ length: 23 }, (_, index) => index * hour);
    expect(take(day, { refusalsPerHour: 1 })?.at).toBe(start + 23 * hour);
    expect(take([...day, 23 * hour], { refusalsPerHour: 1 })).toBeUndefined();
  });

  it("gives no more than an item has room for", () => {
    const many = Array.from({ length: 4_000 }, () => 0);
    expect(take(many.slice(1), { refusalsPerHour: 1_000 })).toBeDefined();
    expect(take(many, { refusalsPerHour: 5_000 })).toBeUndefined();
  });

  it("never gives more than so many within any hour, and everybody one, whatever happens", () => {
    const anyStep = fc.record({
      after: fc.constantFrom(0, 0, 0, 1_000, 600_000, 3_500_000, hour, 3 * hour),
      job: fc.nat({ max: 40 }),
      isOver: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), play),
      { numRuns: 500 },
    );
  });
});

type Step = { readonly after: number; readonly job: number; readonly isOver: boolean };

function play(steps: readonly Step[], refusalsPerHour: number): void {
  const given: { readonly key: string; at: number }[] = [];
  let items = itemsOf();
  let now = start;
  for (const { after, job: id, isOver } of steps) {
    now += after;
    const job = queuedJob({ id });
    const turn = takeTurn(items, job, { now, refusalsPerHour });
    expect(turn?.at).toBeLessThanOrEqual(now + 23 * hour);
    if (turn?.taken !== undefined) {
      items = itemsOf(turn.taken);
      given.push({ key: jobKey(job), at: turn.at });
    }
    if (!isOver) continue;
    const closed = jobItem({ job, status: "failed", refusal: "odd" });
    const { writes } = returnTurn(
      items,
      { writes: [closed], actions: [], outcome: "" },
      { now, conflicts: 0 },
    );
    for (const item of writes.filter(({ kind }) => kind === "cap")) items = itemsOf(item);
    const returned = given.findIndex(({ key, at }) => key === jobKey(job) && at > now);
    if (returned >= 0) given.splice(returned, 1);
  }
  for (const { at } of given) {
    const within = given.filter((other) => other.at >= at && other.at < at + hour);
    expect(within.length).toBeLessThanOrEqual(refusalsPerHour);
  }
}

describe("returnTurn", () => {
  const closed = jobItem({ status: "failed", refusal: "odd" });
  const decision = { writes: [closed], actions: [], outcome: "over" };

  it("gives back the turn to come of a job that is over", () => {
    const items = itemsOf(capOf({ "4711-1": start + 1, "5-1": start + 2 }));
    expect(returnTurn(items, decision, { now: start, conflicts: 0 })).toEqual({
      ...decision,
      writes: [capOf({ "5-1": start + 2 }), closed],
    });
  });

  it("gives none back where many do so at once", () => {
    const items = itemsOf(capOf({ "4711-1": start + 1 }));
    expect(returnTurn(items, decision, { now: start, conflicts: 3 })).toBe(decision);
  });

  it.each([
    ["had its turn", itemsOf(capOf({ "4711-1": start })), decision],
    ["never had one", itemsOf(capOf({ "5-1": start + 1 })), decision],
    ["was not refused", itemsOf(), decision],
    [
      "still waits",
      itemsOf(capOf({ "4711-1": start + 1 })),
      { ...decision, writes: [jobItem({ refusal: "odd" })] },
    ],
  ])("leaves a decision as it is about a job that %s", (_what, items, made) => {
    expect(returnTurn(items, made, { now: start, conflicts: 0 })).toBe(made);
  });
});
