import { describe, expect, it } from "vitest";

import { boundReasons } from "../../functions/core/bound-reasons.ts";
import { jobItem, launchOf, runItem, runnerItem, start } from "./builders.ts";

const long = "é🚀".repeat(1_000);
const short = `${"é🚀".repeat(199)}é\uFFFD…`;

describe("boundReasons", () => {
  it.each([
    [
      jobItem({
        reason: long,
        refusal: long,
        launches: [launchOf(1), launchOf(2, { reason: long })],
      }),
      jobItem({
        reason: short,
        refusal: short,
        launches: [launchOf(1), launchOf(2, { reason: short })],
      }),
    ],
    [
      runnerItem({ ended: { at: start, reason: long } }),
      runnerItem({ ended: { at: start, reason: short } }),
    ],
    [runItem({ reason: long }), runItem({ reason: short })],
  ])("cuts every reason that an item has", (item, bounded) => {
    expect(boundReasons(item)).toEqual(bounded);
  });

  it.each([
    jobItem(),
    jobItem({ reason: "no capacity", refusal: "no such size" }),
    runnerItem(),
    runItem(),
    { kind: "cap", id: "cap#refusals#7", turns: { "4711-1": start }, expiresAt: start } as const,
    { kind: "cursor", id: "cursor#deliveries", at: start, expiresAt: start } as const,
  ])("leaves all else as it is", (item) => {
    expect(boundReasons(item)).toEqual(item);
  });
});
