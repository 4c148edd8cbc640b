import { describe, expect, it } from "vitest";

import { type Figure, meetsGoal, summarize } from "../../bench/figure.ts";
import { printTable } from "../../bench/print-table.ts";

const figure: Figure = { part: "webhook, cold", what: "CPU", unit: "ms", value: 60, floor: 20 };

describe("meetsGoal", () => {
  it.each([
    [{ kind: "most", of: 60 }, true],
    [{ kind: "most", of: 59 }, false],
    [{ kind: "ratio", of: 3 }, true],
    [{ kind: "ratio", of: 2.9 }, false],
    [{ kind: "exactly", of: 60 }, true],
    [{ kind: "exactly", of: 60.001 }, false],
  ] as const)("compares with %j: %s", (goal, meets) => {
    expect(meetsGoal({ ...figure, goal })).toBe(meets);
  });

  it("says nothing where nothing is asked", () => {
    expect(meetsGoal(figure)).toBeUndefined();
  });
});

describe("summarize", () => {
  it("takes the middle and the middle half", () => {
    expect(summarize([5, 1, 4, 2, 3])).toEqual({ value: 3, spread: [2, 4] });
    expect(summarize([1, 2])).toEqual({ value: 1.5, spread: [1.25, 1.75] });
  });
});

describe("printTable", () => {
  it("has 100 columns at most", () => {
    const part = "launch, 1,000 jobs";
    const what = "GitHub + compute calls a job";
    const goal = { kind: "most", of: 999_999 } as const;
    const table = printTable([
      { part, what, unit: "bytes", value: 1_000_000, goal },
      { part, what, unit: "ms", value: 1_234.5, spread: [999.9, 1_234.5], floor: 123.4, goal },
    ]);
    const lengths = table.split("\n").map(({ length }) => length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
  });

  it("marks what misses its goal, and says so again at the end", () => {
    const table = printTable([{ ...figure, goal: { kind: "ratio", of: 2.9 } }]);
    expect(table).toMatch(/ {2}CPU +60\.0 ms +20\.0 +3\.00× +≤ 2\.9× {2}MISSES ITS GOAL/u);
    expect(table.split("\n").at(-1)).toBe("  webhook, cold: CPU");
  });

  it("says when nothing does", () => {
    expect(printTable([figure]).split("\n").at(-1)).toBe("Every figure meets its goal.");
  });
});
