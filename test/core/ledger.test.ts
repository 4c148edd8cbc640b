import { describe, expect, it } from "vitest";

import {
  isClosed,
  isDue,
  isItemId,
  jobItemId,
  runItemId,
  runnerItemId,
} from "../../functions/core/ledger.ts";
import { clockTolerance } from "../../functions/core/waits.ts";
import { jobItem, launchedItem, runnerItem, start } from "./builders.ts";

describe("isItemId", () => {
  it.each([
    [jobItemId("1-1"), true],
    [runnerItemId("tornade-1-1-1"), true],
    [runItemId(1), true],
    ["cursor#deliveries", false],
    ["", false],
  ])("says of '%s': %s", (text, expected) => {
    expect(isItemId(text)).toBe(expected);
  });
});

describe("isClosed", () => {
  it.each([
    ["failed", true, jobItem({ status: "failed" })],
    ["completed", true, jobItem({ status: "completed", times: { completed: start } })],
    ["refused and ended", true, jobItem({ status: "refused", times: { completed: start } })],
    ["refused", false, jobItem({ status: "refused" })],
    ["launched", false, launchedItem()],
  ])("tells whether nothing more will happen to a job that is %s: %s", (_state, expected, item) => {
    expect(isClosed(item)).toBe(expected);
  });
});

describe("isDue", () => {
  it.each([
    ["never", false, runnerItem()],
    ["now", true, jobItem({ wakeAt: start })],
    ["within what clocks may differ", true, jobItem({ wakeAt: start + clockTolerance })],
    ["later than that", false, jobItem({ wakeAt: start + clockTolerance + 1 })],
  ])("tells whether an item that wakes %s is to be looked at: %s", (_when, expected, item) => {
    expect(isDue(item, start)).toBe(expected);
  });
});
