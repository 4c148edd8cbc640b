import { describe, expect, it } from "vitest";

import { createGitHubReruns } from "../../functions/adapters/github-reruns.ts";
import { createGitHubRuns } from "../../functions/adapters/github-runs.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { createTestRegistry, toJob } from "../support/test-registry.ts";
import { countCalls, createTestWorld } from "../support/test-world.ts";

function told(what: string): string {
  return `GitHub did not ${what}: 500 Server Error`;
}

describe("createGitHubClient", () => {
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

  it("follows a repository that was renamed, with all that was sent, and no further", async () => {
    const test = createTestRegistry({ scope: "repository" });
    const job = toJob(test.repository);
    const moved = (path: string, origin = "https://api.github.com") => ({
      ...jsonResponse(307, { message: "Temporary Redirect" }),
      headers: { location: `${origin}/repositories/1${path}` },
    });
    test.outside.intercept = async (_call, next, { path }) => {
      if (path.startsWith("/repos/")) return moved(path.replace(/^\/repos\/[^/]+\/[^/]+/u, ""));
      if (path.endsWith("/jobs/41")) return jsonResponse(200, { status: "queued" });
      if (!path.endsWith("/generate-jitconfig")) return next();
      return jsonResponse(201, { runner: { id: 7 }, encoded_jit_config: "e30=" });
    };
    expect(await test.registry.readJob(job)).toEqual({ status: "queued" });
    expect(await test.registry.register(job, "t-1-1-1")).toMatchObject({ registrationId: 7 });
    const [first, second] = test.requests.filter(({ path }) =>
      path.endsWith("/generate-jitconfig"),
    );
    expect(second).toMatchObject({ method: "POST", body: first?.body });

    test.outside.intercept = async (_call, next, { path }) =>
      path.endsWith("/jobs/41") ? moved("/actions/jobs/41") : next();
    await expect(test.registry.readJob(job)).rejects.toThrow("another name now");
    const elsewhere = moved("/actions/jobs/41", "https://example.com");
    test.outside.intercept = async (call, next) => (call === "GET jobs" ? elsewhere : next());
    const asked = test.requests.length;
    await expect(test.registry.readJob(job)).rejects.toThrow("another name now");
    expect(test.requests.length).toBe(asked + 1);
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
      code: "GitHubConflict",
    });
  });

  it("has all parts share tokens, and leave GitHub alone once it limited one of them", async () => {
    const world = await createTestWorld();
    const client = createTestGitHubClient(world);
    const [runs, reruns] = [
      createGitHubRuns(world.surroundings, client),
      createGitHubReruns(client),
    ];
    const origin = toJob(world.gitHub.addRepository({ fullName: "acme/other" }));
    const run = { ...origin, attempt: 1, runId: 5 };
    await runs.listRuns(origin, "queued", 1);
    await reruns.readState(run);
    expect(countCalls(world, ["POST access_tokens"])).toEqual({ "POST access_tokens": 1 });

    world.outside.intercept = async (call, next) =>
      call === "GET runs"
        ? { ...jsonResponse(429, { message: "slow down" }), headers: { "retry-after": "17" } }
        : next();
    const expected = { code: "GitHubRateLimited", retryAt: world.timeline.now() + 17_000 };
    await expect(runs.listRuns(origin, "queued", 1)).rejects.toMatchObject(expected);
    const asked = world.calls.length;
    await expect(reruns.readState(run)).rejects.toMatchObject(expected);
    expect(world.calls.length).toBe(asked);
  });
});
