import { describe, expect, it } from "vitest";

import {
  capacityWait,
  failureWait,
  leaseDuration,
  lossWait,
  overdueWait,
  retireWait,
  turnWait,
} from "../../functions/core/waits.ts";

describe("lossWait", () => {
  it.each([
    [1, 0],
    [2, 5_000],
    [3, 10_000],
    [4, 20_000],
    [5, 40_000],
    [8, 40_000],
  ])("is after %d lost runners %d ms", (losses, wait) => {
    expect(lossWait(losses)).toBe(wait);
  });
});

describe("overdueWait", () => {
  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [5, 10],
  ])("gives a runner after %d lost ones %d minutes", (losses, minutes) => {
    expect(overdueWait(losses)).toBe(minutes * 60_000);
  });
});

describe("capacityWait", () => {
  it.each([
    [0, 0, 1_000],
    [0, 0.5, 6_000],
    [3, 0.5, 41_000],
    [20, 0.5, 151_000],
    [5_000, 0.999_999, 300_999],
  ])("is after %d waits and with jitter %d: %d ms", (waits, jitter, wait) => {
    expect(capacityWait(waits, jitter)).toBe(wait);
  });
});

describe("turnWait", () => {
  it.each([
    [0, 0, 1_000],
    [9, 0.5, 3_500],
    [12, 0.5, 21_000],
    [5_000, 0.5, 151_000],
  ])("is after %d waits and with jitter %d: %d ms", (waits, jitter, wait) => {
    expect(turnWait(waits, jitter)).toBe(wait);
  });
});

describe("failureWait", () => {
  it.each([
    [1, 0, 1_000],
    [1, 0.5, 6_000],
    [4, 0, 1_000],
    [4, 0.5, 41_000],
    [5, 0, 240_000],
    [5, 0.5, 360_000],
    [9, 0.5, 1_800_000],
    [20, 0.5, 1_800_000],
  ])("is after %d receives and with jitter %d: %d ms", (receives, jitter, wait) => {
    expect(failureWait(receives, jitter)).toBe(wait);
  });

  it.each([0, 0.5, 0.999_999])(
    "lets an hour pass before a message comes for the tenth time, with jitter %d",
    (jitter) => {
      const waits = Array.from({ length: 9 }, (_, index) => failureWait(index + 1, jitter));
      expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThanOrEqual(3_600_000);
      expect(Math.max(...waits.slice(0, 4))).toBeLessThanOrEqual(81_000);
    },
  );
});

describe("retireWait", () => {
  it.each([
    [-5_000, 20_000],
    [0, 20_000],
    [600_001, 300_000],
    [7_200_000, 3_600_000],
    [80_000_000, 3_600_000],
  ])("is for a debt of %d ms half of that, within bounds: %d ms", (age, wait) => {
    expect(retireWait(age)).toBe(wait);
  });
});

describe("leaseDuration", () => {
  it("outlasts a function, which runs for 15 s at most", () => {
    expect(leaseDuration).toBe(20_000);
  });
});
