import { describe, expect, it } from "vitest";

import { readClockSkew, statusOf, toGitHubError } from "../../functions/adapters/github-failure.ts";

const now = Date.UTC(2026, 10, 21, 12);
const at = { now, patience: 60_000 };

/** An error like Octokit's, with what else it holds. */
function requestError(
  status: number,
  { message = "no", headers = {} }: { message?: string; headers?: Record<string, unknown> } = {},
): Error {
  const request = { headers: { authorization: "token ghs_secret" } };
  return Object.assign(new Error(message), { status, request, response: { status, headers } });
}

function translate(error: unknown) {
  const { code, retryAt } = toGitHubError(error, "list runner x", at);
  return { code, ...(retryAt === undefined ? {} : { seconds: (retryAt - now) / 1_000 }) };
}

const reset = String(now / 1_000 + 90);
const nextYear = String(now / 1_000 + 365 * 86_400);
const usedUp = { "x-ratelimit-remaining": "0" };

describe("toGitHubError", () => {
  it.each([
    ["a primary limit", 403, { headers: { ...usedUp, "x-ratelimit-reset": reset }, seconds: 90 }],
    ["one by 429", 429, { headers: { ...usedUp, "x-ratelimit-reset": reset }, seconds: 90 }],
    ["a reset that is over", 403, { headers: { ...usedUp, "x-ratelimit-reset": "5" }, seconds: 0 }],
    ["a secondary limit", 403, { headers: { "retry-after": "30" }, seconds: 30 }],
    ["a secondary limit by 429", 429, { headers: { "retry-after": "30" }, seconds: 30 }],
    [
      "both, of which `retry-after` counts",
      403,
      { headers: { ...usedUp, "retry-after": "30", "x-ratelimit-reset": reset }, seconds: 30 },
    ],
    [
      "an hour of a time that is no limit's",
      429,
      { headers: { "retry-after": "9".repeat(14) }, seconds: 3_600 },
    ],
    [
      "an hour of a reset that is no limit's",
      403,
      { headers: { ...usedUp, "x-ratelimit-reset": nextYear }, seconds: 3_600 },
    ],
    ["429 without a time", 429, { headers: {}, seconds: 60 }],
    ["a time that is none", 429, { headers: { "retry-after": "soon" }, seconds: 60 }],
    [
      "a budget that is not used up",
      429,
      { headers: { "x-ratelimit-remaining": "7", "x-ratelimit-reset": reset }, seconds: 60 },
    ],
  ])("waits for %s", (_what, status, { headers, seconds }) => {
    expect(translate(requestError(status, { headers }))).toEqual({
      code: "GitHubRateLimited",
      seconds,
    });
  });

  it.each([
    "You have exceeded a secondary rate limit.",
    "Maximum number of login attempts exceeded. Please try again later.",
  ])("waits a minute where only the message tells of a limit: %s", (message) => {
    expect(translate(requestError(403, { message }))).toEqual({
      code: "GitHubRateLimited",
      seconds: 60,
    });
  });

  it.each([
    [400, "GitHubRefused"],
    [401, "CredentialsRefused"],
    [403, "GitHubRefused"],
    [404, "GitHubRefused"],
    [408, "GitHubUnavailable"],
    [409, "GitHubConflict"],
    [422, "GitHubRefused"],
    [451, "GitHubRefused"],
    [500, "GitHubUnavailable"],
    [502, "GitHubUnavailable"],
    [503, "GitHubUnavailable"],
    [504, "GitHubUnavailable"],
  ])("takes %i for %s", (status, code) => {
    expect(translate(requestError(status))).toEqual({ code });
  });

  it.each([
    ["no answer", new Error("socket hang up")],
    ["no error", "socket hang up"],
    ["nothing", undefined],
    ["an odd status", Object.assign(new Error("x"), { status: "404" })],
    ["odd headers", Object.assign(new Error("x"), { status: 500, response: { headers: null } })],
  ])("takes %s for unavailable", (_what, error) => {
    expect(translate(error)).toEqual({ code: "GitHubUnavailable" });
  });

  it("says what GitHub did not do, what it said, and the id to ask GitHub about", () => {
    const headers = { "x-github-request-id": "A1B2:C3" };
    const error = requestError(404, {
      message: "Not Found - https://docs.github.com/rest",
      headers,
    });
    expect(toGitHubError(error, "list runner x", at).message).toBe(
      "GitHub did not list runner x: 404 Not Found - https://docs.github.com/rest (request A1B2:C3)",
    );
  });

  it.each([
    ["an installation token", `ghs_${"a1".repeat(20)}`],
    [
      "a token of the newer form",
      `ghs_1010_${"aB-_".repeat(9)}.${"x9".repeat(40)}.${"q".repeat(30)}`,
    ],
    ["a JWT", `eyJhbGciOiJSUzI1NiJ9.${"eyJpc3Mi".repeat(4)}.${"s-_".repeat(20)}`],
    ["a JIT config", `eyJ${"a+/B".repeat(40)}==`],
  ])("does not repeat %s that an answer echoes", (_what, secret) => {
    const message = `proxy: authorization was token ${secret}, denied`;
    const text = toGitHubError(requestError(502, { message }), "list runner x", at).message;
    expect(text).toBe("GitHub did not list runner x: 502 proxy: authorization was token …, denied");
  });

  it("keeps the page of a proxy short", () => {
    const message = `<html>${"<p>down for maintenance</p>".repeat(1_000)}`;
    const text = toGitHubError(requestError(503, { message }), "list runner x", at).message;
    expect(text.length).toBeLessThan(400);
  });
});

describe("statusOf", () => {
  it.each([
    [requestError(422), 422],
    [new Error("socket hang up"), 500],
    ["x", 500],
  ])("is the status of the answer, if there was one: %s", (error, status) => {
    expect(statusOf(error)).toBe(status);
  });
});

describe("readClockSkew", () => {
  it.each([
    ["Sat, 21 Nov 2026 12:05:00 GMT", 300],
    ["Sat, 21 Nov 2026 11:59:30 GMT", -30],
    ["not a date", 0],
    [undefined, 0],
  ])("reads the date %j", (date, seconds) => {
    expect(readClockSkew(requestError(401, { headers: { date } }), now)).toBe(seconds);
  });
});
