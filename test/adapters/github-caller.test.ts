import { describe, expect, it } from "vitest";

import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createTestRegistry, toJob } from "../support/test-registry.ts";

function told(what: string): string {
  return `GitHub did not ${what}: 500 Server Error`;
}

describe("createCaller", () => {
  it.each([
    [404, "Integration not found"],
    [422, "The permissions requested are not granted to this installation."],
    [404, "Not Found"],
    [422, "There is at least one repository that does not exist"],
  ])("does not take a token refused by %i %s for what it asked about", async (status, message) => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "POST access_tokens" ? jsonResponse(status, { message }) : next();
    const job = toJob(test.repository);
    const expected = { name: "GitHubError", code: containing(/Refused|Gone/u) };
    await expect(test.registry.readJob(job)).rejects.toMatchObject(expected);
    await expect(test.registry.remove(job, 5)).rejects.toMatchObject(expected);
  });

  it("says what GitHub did not do, to which runner or job", async () => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "POST access_tokens" ? next() : jsonResponse(500, { message: "Server Error" });
    const job = toJob(test.repository);
    await expect(test.registry.register(job, "t-1-1-1")).rejects.toThrow(
      told("register runner t-1-1-1"),
    );
    await expect(test.registry.find(job, "t-1-1-1")).rejects.toThrow(told("list runner t-1-1-1"));
    await expect(test.registry.remove(job, 5)).rejects.toThrow(told("remove runner 5"));
    await expect(test.registry.readJob(job)).rejects.toThrow(told("read job 41"));
  });

  it("tells when GitHub wants to be asked again, by its own clock", async () => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "GET runners"
        ? { ...jsonResponse(429, { message: "slow down" }), headers: { "retry-after": "17" } }
        : next();
    await expect(test.registry.find(toJob(test.repository), "x")).rejects.toMatchObject({
      code: "GitHubRateLimited",
      retryAt: test.timeline.now() + 17_000,
    });
  });

  it.each([
    ["a connection that is lost", new Error("read ECONNRESET")],
    ["a request that takes too long", new Error("no answer within 4000 ms")],
  ])("takes %s for an unknown outcome", async (_what, failure) => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) => {
      if (call === "POST access_tokens") return next();
      throw failure;
    };
    await expect(test.registry.register(toJob(test.repository), "x")).rejects.toMatchObject({
      code: "GitHubUnavailable",
      message: `GitHub did not register runner x: 500 ${failure.message}`,
    });
  });

  it("takes a name that is registered for just that", async () => {
    const test = createTestRegistry();
    await test.registry.register(toJob(test.repository), "x");
    await expect(test.registry.register(toJob(test.repository), "x")).rejects.toMatchObject({
      code: "RunnerNameTaken",
    });
  });
});
