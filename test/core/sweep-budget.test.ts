import { describe, expect, it } from "vitest";

import { createSweepBudget } from "../../functions/core/sweep-budget.ts";
import { start } from "./builders.ts";

function createTestBudget() {
  const clock = { now: start };
  return { clock, budget: createSweepBudget(() => clock.now) };
}

describe("createSweepBudget", () => {
  it("grants thirty calls, whoever is asked", () => {
    const { budget } = createTestBudget();
    const taken = Array.from({ length: 40 }, (_, index) => budget.take(`owner-${index % 2}`));
    expect(taken.filter(Boolean)).toHaveLength(30);
    expect(budget.isSpent()).toBe(true);
  });

  it("grants none after it was stopped", () => {
    const { budget } = createTestBudget();
    budget.stop();
    expect(budget.isSpent()).toBe(true);
    expect(budget.take("acme")).toBe(false);
  });

  it("grants none after six seconds", () => {
    const { budget, clock } = createTestBudget();
    clock.now += 5_999;
    expect(budget.take("acme")).toBe(true);
    clock.now += 1;
    expect(budget.isSpent()).toBe(true);
    expect(budget.take("acme")).toBe(false);
  });

  it.each([
    [0.2, true],
    [0.199, false],
    [0, false],
  ])("with %d of an owner's requests left, grants another one: %s", (left, isGranted) => {
    const { budget } = createTestBudget();
    budget.note("acme", left);
    expect(budget.take("acme")).toBe(isGranted);
    expect(budget.take("umbrella")).toBe(true);
    expect(budget.isSpent()).toBe(false);
  });
});
