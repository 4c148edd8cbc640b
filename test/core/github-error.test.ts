import { describe, expect, it } from "vitest";

import { TornadeError } from "../../functions/core/errors.ts";
import { aftermathOf, GitHubError, isUnanswered } from "../../functions/core/github-error.ts";

describe("GitHubError", () => {
  it.each([
    ["GitHubRateLimited", true],
    ["GitHubUnavailable", true],
    ["InstallationGone", false],
    ["GitHubConflict", true],
    ["CredentialsRefused", false],
    ["GitHubRefused", false],
  ] as const)("tells whether to try again: %s %s", (code, retryable) => {
    const error = new GitHubError(code, "x");
    expect(error).toBeInstanceOf(TornadeError);
    expect(error).toMatchObject({ name: "GitHubError", code, retryable, message: "x" });
    expect(error.retryAt).toBeUndefined();
  });
});

describe("aftermathOf", () => {
  it("is a time to ask again, where GitHub named one", () => {
    expect(aftermathOf(new GitHubError("GitHubRateLimited", "x", 5))).toEqual({ retryAt: 5 });
    expect(aftermathOf(new GitHubError("GitHubUnavailable", "x"))).toEqual({});
  });

  it("is an error that somebody has to know of, where asking again is no use", () => {
    const error = new GitHubError("GitHubRefused", "x");
    expect(aftermathOf(error)).toEqual({ error });
  });
});

describe("isUnanswered", () => {
  it.each([
    ["GitHubUnavailable", true],
    ["CredentialsRefused", true],
    ["InstallationGone", false],
    ["GitHubRefused", false],
  ] as const)("tells whether %s says nothing of what was asked: %s", (code, expected) => {
    expect(isUnanswered(new GitHubError(code, "x"))).toBe(expected);
  });
});
