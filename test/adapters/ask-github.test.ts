import { describe, expect, it } from "vitest";

import { createAskGitHub } from "../../functions/adapters/ask-github.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createTestRegistry, toJob } from "../support/test-registry.ts";

const limited = {
  ...jsonResponse(403, { message: "rate limit" }),
  headers: { "retry-after": "60" },
};

describe("createAskGitHub", () => {
  it("asks nothing more for an owner until GitHub wants to be asked", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    test.outside.intercept = async (call, next) =>
      call === "POST generate-jitconfig" ? limited : next();
    await expect(test.registry.register(job, "t-1-1-1")).rejects.toMatchObject({
      code: "GitHubRateLimited",
    });
    const asked = test.requests.length;
    test.outside.intercept = async (_call, next) => next();

    await test.timeline.advance(59_999);
    await expect(test.registry.find(job, "t-2-1-1")).rejects.toMatchObject({
      code: "GitHubRateLimited",
      message: containing(
        /^GitHub was not asked to list runner t-2-1-1, after it answered 403 .*rate limit/u,
      ),
    });
    expect(test.requests).toHaveLength(asked);

    await test.timeline.advance(1);
    expect(await test.registry.find(job, "t-1-1-1")).toBeUndefined();
  });

  it("goes on asking for other owners", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    const other = { ...job, repository: { ...job.repository, owner: "globex" } };
    test.outside.intercept = async (call, next) => (call === "GET runners" ? limited : next());
    await expect(test.registry.find(job, "x")).rejects.toThrow("rate limit");
    const asked = test.requests.length;

    await expect(test.registry.find(other, "x")).rejects.toThrow("list runner x");
    expect(test.requests.length).toBeGreaterThan(asked);
  });

  it("waits twice as long each time that GitHub limits it in a row without naming a time", async () => {
    const clock = { now: 0 };
    const askGitHub = createAskGitHub(() => clock.now);
    const slowDown = Object.assign(new Error("secondary rate limit"), { status: 403 });
    const ask = async (answer: () => string) =>
      askGitHub("acme", "list runs", async () => answer());
    const limit = async () =>
      ask(() => {
        throw slowDown;
      });
    const minute = 60_000;
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const began = clock.now;
      const until = { retryAt: began + minutes * minute };
      // Those that were under way together count once.
      const together = await Promise.allSettled([limit(), limit(), limit()]);
      expect(together).toMatchObject([1, 2, 3].map(() => ({ reason: until })));
      clock.now = began + minutes * minute - 1;
      await expect(ask(() => "too soon")).rejects.toMatchObject(until);
      clock.now += 1;
    }
    expect(await ask(() => "answer")).toBe("answer");
    await expect(limit()).rejects.toMatchObject({ retryAt: clock.now + minute });
  });

  it("goes by the later of two times that were named at once", async () => {
    const clock = { now: 0 };
    const askGitHub = createAskGitHub(() => clock.now);
    const limit = async (seconds: number) => {
      const response = { headers: { "retry-after": String(seconds) } };
      throw Object.assign(new Error("slow down"), { status: 429, response });
    };
    const asked = [1_800, 60].map(async (seconds) =>
      askGitHub("acme", "list runs", async () => limit(seconds)),
    );
    await Promise.allSettled(asked);
    clock.now = 61_000;
    await expect(askGitHub("acme", "read job 7", async () => "answer")).rejects.toMatchObject({
      message: "GitHub was not asked to read job 7, after it answered 429 slow down",
      retryAt: 1_800_000,
    });
    expect(await askGitHub("globex", "read job 8", async () => "answer")).toBe("answer");
    clock.now = 1_800_000;
    expect(await askGitHub("acme", "read job 7", async () => "answer")).toBe("answer");
  });
});
