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
    [jobItem({ status: "failed" }), true],
    [jobItem({ status: "completed", times: { completed: start } }), true],
    [jobItem({ status: "refused", times: { completed: start } }), true],
    [jobItem({ status: "refused" }), false],
    [launchedItem(), false],
  ])("tells whether nothing more will happen", (item, expected) => {
    expect(isClosed(item)).toBe(expected);
  });
});

describe("isDue", () => {
  it.each([
    [runnerItem(), false],
    [jobItem({ wakeAt: start }), true],
    [jobItem({ wakeAt: start + clockTolerance }), true],
    [jobItem({ wakeAt: start + clockTolerance + 1 }), false],
  ])("tells whether the item is to be looked at", (item, expected) => {
    expect(isDue(item, start)).toBe(expected);
  });
});
