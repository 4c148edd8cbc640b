import { describe, expect, it } from "vitest";

import { decide } from "../../functions/core/decide.ts";
import type { JobTelling } from "../../functions/core/job-notices.ts";
import { mostTellings } from "../../functions/core/waits.ts";
import { circumstances, itemsOf, jobItem, start } from "./builders.ts";

const owing = jobItem({ status: "failed", reason: "no capacity", owed: ["tell"] });
const { wakeAt: _wakeAt, ...settled } = { ...owing, owed: [] };
const told: JobTelling = { kind: "job-told", jobKey: "4711-1", outcome: "posted" };
const away: JobTelling = { kind: "job-not-told", jobKey: "4711-1", retryable: true };

function hear(telling: JobTelling, item = owing, jitter = 0) {
  return decide(itemsOf(item), telling, circumstances({ jitter }));
}

describe("decideTold", () => {
  it.each([
    ["posted", "check run posted"],
    ["off", "check runs are off"],
  ] as const)("clears what was owed: %s", (outcome, said) => {
    expect(hear({ ...told, outcome })).toEqual({ writes: [settled], actions: [], outcome: said });
  });
});

describe("decideNotTold", () => {
  it.each([
    [0, 0, 30_000],
    [0, 1, 60_000],
    [3, 1, 480_000],
    [20, 1, 3_840_000],
  ])("tries again after %d tries, later and later", (waits, jitter, wait) => {
    const item = { ...owing, waits };
    expect(hear(away, item, jitter)).toEqual({
      writes: [{ ...item, waits: waits + 1, wakeAt: start + wait }],
      actions: [],
      outcome: "check run not posted yet",
    });
  });

  it("does not ask before GitHub wants to be asked", () => {
    const { writes } = hear({ ...away, retryAt: start + 90_000 });
    expect(writes).toMatchObject([{ wakeAt: start + 120_000 }]);
  });

  it.each([
    ["GitHub does not let us", { ...away, retryable: false }, owing],
    ["it was tried for a day", away, { ...owing, waits: mostTellings }],
  ])("gives up when %s", (_when, telling, item) => {
    const { writes, actions, outcome } = hear(telling, item);
    expect(writes).toMatchObject([{ status: "failed", owed: [] }]);
    expect(writes[0]).not.toHaveProperty("wakeAt");
    expect({ actions, outcome }).toEqual({ actions: [], outcome: "check run not posted" });
  });
});

describe.each([told, away])("decide about $kind", (telling) => {
  it("changes nothing when nobody has to be told", () => {
    const outcome = "nobody has to be told";
    const nothing = { writes: [], actions: [], outcome };
    expect(hear(telling, jobItem())).toEqual(nothing);
    expect(decide(itemsOf(), telling, circumstances())).toEqual(nothing);
  });
});
