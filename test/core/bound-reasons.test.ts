import { describe, expect, it } from "vitest";

import { boundReasons } from "../../functions/core/bound-reasons.ts";
import type { LedgerItem } from "../../functions/core/ledger.ts";
import { jobItem, launchOf, runItem, runnerItem, start } from "./builders.ts";

const long = "é🚀".repeat(1_000);
const short = `${"é🚀".repeat(199)}é\uFFFD…`;

describe("boundReasons", () => {
  it.each([
    [
      "a job",
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
      "a runner",
      runnerItem({ ended: { at: start, reason: long } }),
      runnerItem({ ended: { at: start, reason: short } }),
    ],
    ["a run", runItem({ reason: long }), runItem({ reason: short })],
  ])("cuts every reason that %s has", (_name, item, bounded) => {
    expect(boundReasons(item)).toEqual(bounded);
  });

  it.each<[name: string, item: LedgerItem]>([
    ["a job without a reason", jobItem()],
    ["short reasons", jobItem({ reason: "no capacity", refusal: "no such size" })],
    ["a runner without a reason", runnerItem()],
    ["a run without a reason", runItem()],
    ["a cap", { kind: "cap", id: "cap#refusals#7", turns: { "4711-1": start }, expiresAt: start }],
    ["a cursor", { kind: "cursor", id: "cursor#deliveries", at: start, expiresAt: start }],
  ])("leaves %s as it is", (_name, item) => {
    expect(boundReasons(item)).toEqual(item);
  });
});
