import { describe, expect, it } from "vitest";

import { settingNames } from "../../functions/adapters/settings.ts";
import type { NewJob } from "../../simulator/github/jobs.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import type { WorldOptions } from "../../simulator/world.ts";
import { countCalls, createTestWorld, type TestWorld } from "../support/test-world.ts";

/** A world that never hears of a queued job: GitHub takes the news of it for delivered. */
async function createDeafWorld(options: Partial<WorldOptions> = {}): Promise<TestWorld> {
  return createTestWorld({
    betweenWebhook: (next) => async (request) =>
      request.body.includes('"action":"queued"') ? { status: 202 } : next(request),
    ...options,
  });
}

/** A job in a repository that was never heard of. */
function queueUnheard(world: TestWorld, added: Partial<NewJob> = {}) {
  const fullName = added.repository ?? "acme/quiet";
  world.gitHub.addRepository({ fullName });
  return world.queueJob({ ...added, repository: fullName });
}

function minutesToStart({ gitHub }: TestWorld, jobId: number): number {
  const { startedAt = null, createdAt = 0 } = gitHub.findJob(jobId) ?? {};
  return startedAt === null ? Number.POSITIVE_INFINITY : (startedAt - createdAt) / 60_000;
}

const listCalls = ["GET installations", "GET repositories", "GET runs", "GET jobs"];

describe("reconcile, where a repository was never heard of", () => {
  it.each([0, 30, 59, 60, 119, 240, 299])(
    "has its only job served within eight minutes of a push, %d s after a look",
    async (seconds) => {
      const world = await createDeafWorld();
      await world.pass(660 + seconds);
      const { id } = queueUnheard(world);
      await world.pass(600);
      expect(minutesToStart(world, id)).toBeLessThanOrEqual(8);
      expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    },
  );

  it.each([0, 240, 600, 900, 1_100])(
    "has its only job served within 28 minutes of a schedule, %d s later",
    async (seconds) => {
      const world = await createDeafWorld();
      world.gitHub.addRepository({ fullName: "acme/quiet" });
      await world.pass(660 + seconds);
      const { id } = queueUnheard(world, { event: "schedule" });
      await world.pass(1_800);
      expect(minutesToStart(world, id)).toBeLessThanOrEqual(28);
      expect(countCalls(world, ["RunTask"])).toEqual({ RunTask: 1 });
    },
  );

  it("has a job served that was waiting when tornade was deployed", async () => {
    const world = await createDeafWorld();
    const { id } = queueUnheard(world, { event: "workflow_dispatch" });
    await world.pass(300);
    expect(minutesToStart(world, id)).toBeLessThan(3);
  });

  it("asks for each hundred repositories twelve times an hour, and for the runs of each three times", async () => {
    const world = await createTestWorld();
    await world.pass(3_600);
    world.calls.length = 0;
    await world.pass(3_600);
    expect(countCalls(world, listCalls)).toEqual({
      "GET installations": 12,
      "GET repositories": 12,
      "GET runs": 12,
      "GET jobs": 0,
    });
  });

  it("takes the longer to look into each, the more there are", async () => {
    const world = await createTestWorld();
    for (let count = 1; count < 200; count += 1) {
      world.gitHub.addRepository({ fullName: `acme/app-${count}` });
    }
    // The first look takes up all of them.
    await world.pass(6_000);
    world.calls.length = 0;
    await world.pass(3_000);
    const asked = world.calls.filter(({ name }) => name === "GET runs");
    expect(new Set(asked.map(({ request }) => request.path)).size).toBe(4 * 200);
    // All had their turn in forty minutes; some that came late before, and the earliest again.
    expect(asked.length).toBeLessThan((4 * 200 * 3_000) / 2_400 + 120);
    expect(countCalls(world, listCalls)).toMatchObject({ "GET installations": 10 });
  });

  it("makes at most thirty calls in a pass, and looks into all that was pushed to", async () => {
    const world = await createTestWorld();
    await world.pass(60);
    for (let count = 1; count <= 100; count += 1) {
      queueUnheard(world, { repository: `acme/app-${count}`, labels: ["other"] });
    }
    world.calls.length = 0;
    await world.pass(2_400);
    const asked = world.calls.filter(({ name }) => listCalls.slice(1).includes(name));
    const perMinute = Map.groupBy(asked, ({ at }) => Math.floor(at / 60_000));
    const counts = [...perMinute.values()].map(({ length }) => length);
    expect(Math.max(...counts)).toBe(30);
    const looked = asked.filter(({ name }) => name === "GET jobs");
    expect(new Set(looked.map(({ request }) => request.path)).size).toBe(100);
  });

  it("leaves half of GitHub's limit to the jobs that are known, and loses nothing by it", async () => {
    const world = await createDeafWorld();
    const remaining = { count: 2_499 };
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (!listCalls.includes(call)) return answer;
      const headers = { ...answer.headers, "x-ratelimit-remaining": String(remaining.count) };
      return { ...answer, headers };
    };
    const { id } = queueUnheard(world);
    await world.pass(1_800);
    expect(world.gitHub.findJob(id)).toMatchObject({ status: "queued" });
    // One call in a pass tells how little is left.
    expect(countCalls(world, listCalls)).toMatchObject({ "GET jobs": 0 });
    expect(countCalls(world, listCalls)["GET runs"]).toBeLessThanOrEqual(30);

    remaining.count = 2_500;
    await world.pass(180);
    expect(world.gitHub.findJob(id)).toMatchObject({ conclusion: "success" });
  });
});

describe("reconcile, where not every installation may be looked at", () => {
  const env = { [settingNames.owners]: "gone,acme" };

  it.each([
    ["suspended", 403, "This installation has been suspended"],
    ["gone", 404, "Not Found"],
  ])("looks at the others although one is %s", async (_how, status, message) => {
    const world = await createDeafWorld({ env });
    const { owner } = world.gitHub.addRepository({ fullName: "gone/app" });
    world.outside.intercept = async (_call, next, { path }) =>
      path.includes(`/installations/${owner.installationId}/`)
        ? jsonResponse(status, { message })
        : next();
    const { id } = queueUnheard(world);
    await world.pass(300);
    expect(minutesToStart(world, id)).toBeLessThan(3);
    expect(world.lines.join("")).toContain('"message":"repositories not listed","owner":"gone"');
  });

  it("does not look at owners who are not served", async () => {
    const world = await createDeafWorld();
    queueUnheard(world, { repository: "umbrella/app" });
    const { owner } = world.gitHub.addRepository({ fullName: "umbrella/app" });
    await world.pass(1_800);
    const paths = world.calls.map(({ request }) => request.path).join("\n");
    expect(paths).toContain("/repos/acme/app/actions/runs");
    expect(paths).not.toContain("umbrella");
    expect(paths).not.toContain(`/installations/${owner.installationId}/`);
  });

  it("does not look into a public repository, unless those are served", async () => {
    const asked = async (added: Readonly<Record<string, string>>): Promise<string> => {
      const world = await createDeafWorld({ env: added });
      world.gitHub.addRepository({ fullName: "acme/open", private: false });
      world.queueJob({ repository: "acme/open" });
      await world.pass(300);
      return world.calls.map(({ request }) => request.path).join("\n");
    };
    expect(await asked({})).not.toContain("acme/open");
    expect(await asked({ [settingNames.publicRepositories]: "allow" })).toContain("acme/open");
  });
});
