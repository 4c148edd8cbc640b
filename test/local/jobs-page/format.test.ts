import { describe, expect, it } from "vitest";

import { formatCost, formatDuration, formatMoment } from "../../../local/jobs-page/format.ts";

describe("formatDuration", () => {
  it.each([
    [0, "0.0 s"],
    [3_960, "4.0 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 00 s"],
    [200_400, "3 min 20 s"],
    [3_599_600, "1 h 00 min"],
    [3_900_000, "1 h 05 min"],
    [90_000_000, "25 h 00 min"],
  ])("tells %d milliseconds as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("formatMoment", () => {
  it("tells the second, in the time of logs", () => {
    expect(formatMoment(1_700_000_000_999)).toBe("2023-11-14 22:13:20 UTC");
  });
});

describe("formatCost", () => {
  it.each([
    [0.00094, "$0.0009"],
    [12.5, "$12.5000"],
  ])("tells %d as %s", (cost, text) => {
    expect(formatCost(cost)).toBe(text);
  });
});
