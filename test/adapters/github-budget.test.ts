import { describe, expect, it } from "vitest";

import { watchGitHubBudget } from "../../functions/adapters/github-budget.ts";
import { settingNames } from "../../functions/adapters/settings.ts";
import { extractMetrics } from "../support/embedded-metrics.ts";
import { createFakeAws } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const url = "https://api.github.com/app";

/** A budget whose GitHub answers with these headers, one after another. */
function createBudget(answers: readonly Readonly<Record<string, string>>[]) {
  const left = [...answers];
  const surroundings = createTestSurroundings(createFakeAws().answer, {
    [settingNames.runnerPrefix]: "tornade-eu",
  });
  const fetch = async () => {
    const headers = left.shift();
    if (headers === undefined) throw new Error("no route to GitHub");
    const body = { text: async () => "{}", arrayBuffer: async () => new ArrayBuffer(0) };
    return { status: 200, url, headers: new Headers(headers), ...body };
  };
  const budget = watchGitHubBudget({ ...surroundings, fetch });
  const readShares = () => surroundings.lines.flatMap(extractMetrics).map(({ value }) => value);
  return { ...budget, lines: surroundings.lines, readShares };
}

function remaining(count: number) {
  return { "x-ratelimit-limit": "15000", "x-ratelimit-remaining": String(count) };
}

describe("watchGitHubBudget", () => {
  it("tells the smallest share that was seen, in percent, once", async () => {
    const budget = createBudget([remaining(14_000), remaining(2_998), remaining(15_000)]);
    for (let call = 0; call < 3; call += 1) await budget.surroundings.fetch(url, {});
    budget.tell();
    budget.tell();
    expect(budget.lines.flatMap(extractMetrics)).toMatchObject([
      { name: "GitHubBudgetLeft", unit: "Percent", value: 20, dimensions: { Stack: "tornade-eu" } },
    ]);
  });

  it("begins anew with every invocation", async () => {
    const budget = createBudget([remaining(150), remaining(15_000)]);
    for (let invocation = 0; invocation < 2; invocation += 1) {
      await budget.surroundings.fetch(url, {});
      budget.tell();
    }
    expect(budget.readShares()).toEqual([1, 100]);
  });

  it("tells nothing where GitHub was not asked, or did not answer", async () => {
    const budget = createBudget([]);
    await expect(budget.surroundings.fetch(url, {})).rejects.toThrow("no route");
    budget.tell();
    expect(budget.lines).toEqual([]);
  });

  it("takes a GitHub without limits for one of which all is left", async () => {
    const budget = createBudget([{}]);
    await budget.surroundings.fetch(url, {});
    budget.tell();
    expect(budget.readShares()).toEqual([100]);
  });

  it("hands on what GitHub answered", async () => {
    const budget = createBudget([remaining(1)]);
    const answer = await budget.surroundings.fetch(url, {});
    expect(answer).toMatchObject({ status: 200, url });
  });
});
