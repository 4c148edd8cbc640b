import { describe, expect, it } from "vitest";

import { whyShutOut, type Policy, servesOwner } from "../../functions/core/policy.ts";
import { queuedJob } from "./builders.ts";

const { repository } = queuedJob();
const policy: Policy = { owners: ["Acme"], publicRepositories: "refuse" };

describe("whyShutOut", () => {
  it.each<[string, Partial<typeof repository>, Partial<Policy>, string | undefined]>([
    ["a private repository", {}, {}, undefined],
    ["another owner's", { owner: "umbrella" }, {}, "owner is not allowed"],
    ["anybody's where nobody is named", {}, { owners: [] }, "owner is not allowed"],
    ["a public one", { private: false }, {}, "public repositories are not allowed"],
    ["a public one that may", { private: false }, { publicRepositories: "allow" }, undefined],
    [
      "another owner's public one",
      { owner: "umbrella", private: false },
      { publicRepositories: "allow" },
      "owner is not allowed",
    ],
  ])("of %s says why", (...[, overrides, rules, expected]) => {
    expect(whyShutOut({ ...repository, ...overrides }, { ...policy, ...rules })).toBe(expected);
  });
});

describe("servesOwner", () => {
  it.each([
    ["acme", true],
    ["ACME", true],
    ["acme-2", false],
  ])("of %s says %s", (login, expected) => {
    expect(servesOwner(login, policy)).toBe(expected);
  });
});
