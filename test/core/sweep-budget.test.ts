import { describe, expect, it } from "vitest";

import { GitHubError } from "../../functions/core/github-error.ts";
import { createSweepBudget, heedFailure, isRefused } from "../../functions/core/sweep-budget.ts";
import { start } from "./builders.ts";

function createTestBudget(purpose: "active" | "news" = "active") {
  const clock = { now: start };
  return { clock, budget: createSweepBudget(() => clock.now, purpose) };
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
    ["active", 0.2, true],
    ["active", 0.199, false],
    ["active", 0, false],
    ["news", 0.5, true],
    ["news", 0.499, false],
  ] as const)("for what is %s, with %d of an owner's requests left: %s", (...row) => {
    const [purpose, left, isGranted] = row;
    const { budget } = createTestBudget(purpose);
    budget.note("acme", left);
    expect(budget.take("acme")).toBe(isGranted);
    expect(budget.take("umbrella")).toBe(true);
    expect(budget.isSpent()).toBe(false);
  });
});

describe("heedFailure", () => {
  it.each([
    ["a limit", "GitHubRateLimited", false, true, false],
    ["a refusal", "GitHubRefused", true, true, true],
    ["an installation that is gone", "InstallationGone", true, true, true],
    ["GitHub being down", "GitHubUnavailable", false, false, false],
  ] as const)("takes %s for what it means to owner and others", (...row) => {
    const [, code, maySame, mayOther, refused] = row;
    const { budget } = createTestBudget();
    const error = new GitHubError(code, "no");
    heedFailure(error, "acme", budget);
    expect([budget.take("acme"), budget.take("umbrella")]).toEqual([maySame, mayOther]);
    expect(isRefused(error)).toBe(refused);
  });

  it("stops at what is not understood", () => {
    const { budget } = createTestBudget();
    const error = new Error("read ECONNRESET");
    heedFailure(error, "acme", budget);
    expect(budget.isSpent()).toBe(true);
    expect(isRefused(error)).toBe(false);
  });
});
