import { describe, expect, it } from "vitest";
import {
  apiError,
  authorize,
  createTestGitHub,
  mintJitConfig,
  type TestGitHub,
} from "./test-github.ts";

type Headers = Awaited<ReturnType<typeof authorize>>;

function listRunners({ client }: TestGitHub, headers: Headers) {
  return client("GET /orgs/{org}/actions/runners", { org: "acme", headers });
}

describe("the primary rate limit", () => {
  it("counts an installation's requests down and refuses those beyond with 403", async () => {
    const test = createTestGitHub({ requestsPerHour: 2 });
    const headers = await authorize(test);
    const first = await listRunners(test, headers);
    expect(first.headers).toMatchObject({
      "x-ratelimit-limit": "2",
      "x-ratelimit-remaining": "1",
      "x-ratelimit-used": "1",
      "x-ratelimit-reset": String(Math.ceil((test.timeline.now() + 3_600_000) / 1000)),
      "x-ratelimit-resource": "core",
    });
    await listRunners(test, headers);
    await expect(listRunners(test, headers)).rejects.toMatchObject({
      ...apiError(403, "API rate limit exceeded for installation ID"),
      response: { headers: { "x-ratelimit-remaining": "0" } },
    });
  });

  it("begins anew after an hour, or when told to", async () => {
    const test = createTestGitHub({ requestsPerHour: 1 });
    const headers = await authorize(test);
    await listRunners(test, headers);
    await expect(listRunners(test, headers)).rejects.toMatchObject({ status: 403 });
    test.gitHub.resetRateLimits();
    expect((await listRunners(test, headers)).status).toBe(200);
    await test.timeline.advance(3_599_999);
    await expect(listRunners(test, headers)).rejects.toMatchObject({ status: 403 });
    await test.timeline.advance(1);
    await expect(listRunners(test, headers)).rejects.toMatchObject({ status: 401 });
  });

  it("is told free of charge", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test);
    await listRunners(test, headers);
    await test.client("GET /rate_limit", { headers });
    const { data } = await test.client("GET /rate_limit", { headers });
    expect(data.rate).toMatchObject({ limit: 5000, used: 1, remaining: 4999 });
  });
});

describe("the secondary rate limit", () => {
  it("refuses the 181st JIT config within a minute and says how long to wait", async () => {
    const test = createTestGitHub();
    for (let index = 0; index < 180; index += 1) await mintJitConfig(test, { name: `r-${index}` });
    await expect(mintJitConfig(test, { name: "one-more" })).rejects.toMatchObject({
      ...apiError(403, "secondary rate limit"),
      response: { headers: { "retry-after": "60" } },
    });
    await test.timeline.advance(60_000);
    expect((await mintJitConfig(test, { name: "one-more" })).length).toBeGreaterThan(4000);
  });
});
