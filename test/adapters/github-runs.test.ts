import { describe, expect, it } from "vitest";

import { createGitHubRuns } from "../../functions/adapters/github-runs.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import type { Repository } from "../../simulator/github/model.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { toJob } from "../support/test-registry.ts";
import { createTestWorld, repository, start, type TestWorld } from "../support/test-world.ts";

/** A world with the adapter in front of its GitHub, and a repository to ask about. */
async function createTestRuns() {
  const world = await createTestWorld();
  const { surroundings } = world;
  const runs = createGitHubRuns(surroundings, createTestGitHubClient(world));
  const known: Repository = world.gitHub.addRepository({ fullName: "acme/other" });
  return { world, runs, origin: toJob(known, { labels: [] }) };
}

function readAsked({ calls }: TestWorld): readonly string[] {
  const asked = calls.filter(({ request }) => request.path.includes("/actions/"));
  return asked.map(({ request }) => request.path.replace(/^.*\/actions/u, ""));
}

/** A job in `acme/other` that nobody serves. */
function queueOther({ queueJob }: TestWorld, added: Parameters<TestWorld["queueJob"]>[0] = {}) {
  return queueJob({ repository: "acme/other", labels: ["other"], ...added });
}

describe("createGitHubRuns, listRuns", () => {
  it("lists the runs of one status and of one repository, and what is left of the limit", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { runId } = queueOther(world);
    world.queueJob({ repository, labels: ["other"] });
    expect(await runs.listRuns(origin, "queued", 1)).toEqual({
      entries: [{ id: runId, updatedAt: start, repository: origin.repository }],
      hasMore: false,
      left: 4_999 / 5_000,
    });
    expect(await runs.listRuns(origin, "in_progress", 1)).toMatchObject({ entries: [] });
    expect(readAsked(world)).toEqual([
      "/runs?status=queued&per_page=100&page=1",
      "/runs?status=in_progress&per_page=100&page=1",
    ]);
  });

  it("tells with each run of its repository as it is now", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { fullName, id } = origin.repository;
    world.gitHub.addRepository({ fullName, id, private: false });
    queueOther(world);
    const { entries } = await runs.listRuns(origin, "queued", 1);
    expect(entries).toMatchObject([{ repository: { ...origin.repository, private: false } }]);
  });

  it("leaves GitHub alone until it wants to be asked for the owner again", async () => {
    const { world, runs, origin } = await createTestRuns();
    const limit = { ...jsonResponse(403, {}), headers: { "retry-after": "1800" } };
    world.outside.intercept = async (call, next) => (call === "GET runs" ? limit : next());
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(runs.listRuns(origin, "queued", 1)).rejects.toMatchObject({
        code: "GitHubRateLimited",
      });
    }
    expect(readAsked(world)).toHaveLength(1);
    await world.pass(1_800);
    world.outside.intercept = async (_call, next) => next();
    expect(await runs.listRuns(origin, "queued", 1)).toMatchObject({ entries: [] });
  });

  it("lists page by page, and no further than GitHub does", async () => {
    const { world, runs, origin } = await createTestRuns();
    for (let count = 0; count < 130; count += 1) queueOther(world);
    const pages = [1, 2].map(async (page) => runs.listRuns(origin, "queued", page));
    const listed = await Promise.all(pages);
    expect(listed.map(({ entries, hasMore }) => [entries.length, hasMore])).toEqual([
      [100, true],
      [30, false],
    ]);
    const full = Array.from({ length: 100 }, (_, id) => ({ id, updated_at: "", repository: {} }));
    world.outside.intercept = async (call, next) =>
      call === "GET runs" ? jsonResponse(200, { workflow_runs: full }) : next();
    expect(await runs.listRuns(origin, "queued", 9)).toMatchObject({ hasMore: true });
    expect(await runs.listRuns(origin, "queued", 10)).toMatchObject({ hasMore: false });
  });

  it("leaves out a run that it does not understand, and no other", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { runId } = queueOther(world);
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (call !== "GET runs") return answer;
      const { workflow_runs: listed } = readObject(JSON.parse(answer.body), "answer");
      const [known, ...others] = readArray(listed, "runs");
      const run = readObject(known, "run");
      const spoilt = [null, { ...run, updated_at: null }, { ...run, repository: null }];
      return jsonResponse(200, { workflow_runs: [...spoilt, run, ...others] });
    };
    const { entries } = await runs.listRuns(origin, "queued", 1);
    expect(entries.map(({ id }) => id)).toEqual([runId]);
    expect(
      world.lines.filter((line) => line.includes("entry of a GitHub list not understood")),
    ).toHaveLength(3);
  });

  it("asks with a token that may read the actions of this repository, and nothing else", async () => {
    const { world, runs, origin } = await createTestRuns();
    await runs.listRuns(origin, "queued", 1);
    const minted = world.calls.find(({ name }) => name === "POST access_tokens");
    expect(JSON.parse(minted?.request.body ?? "")).toEqual({
      repository_ids: [origin.repository.id],
      permissions: { actions: "read" },
    });
  });

  it.each([
    [{ "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "1000" }, 0.2],
    [{ "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0" }, 0],
    [{}, 1],
  ])("reads from the headers %j that %d is left", async (headers, left) => {
    const { world, runs, origin } = await createTestRuns();
    world.outside.intercept = async (call, next) =>
      call === "GET runs"
        ? {
            ...jsonResponse(200, { workflow_runs: [] }),
            headers: { "content-type": "application/json", ...headers },
          }
        : next();
    expect(await runs.listRuns(origin, "queued", 1)).toMatchObject({ left });
  });

  it("does not take a page of a proxy for an empty list", async () => {
    const { world, runs, origin } = await createTestRuns();
    world.outside.intercept = async (call, next) =>
      call === "GET runs" ? jsonResponse(200, {}) : next();
    await expect(runs.listRuns(origin, "queued", 1)).rejects.toMatchObject({
      code: "GitHubUnavailable",
    });
  });
});

describe("createGitHubRuns, listQueued", () => {
  it("tells of a queued job as its webhook does", async () => {
    const { world, runs, origin } = await createTestRuns();
    const labels = ["tornade/runs-on=FARGATE_SPOT"];
    const { id, runId } = queueOther(world, { name: "build (x, y)", labels, runAttempt: 2 });
    const { repository: told, installationId } = origin;
    expect(await runs.listQueued(origin, runId, 1)).toMatchObject({
      entries: [
        {
          version: 1,
          kind: "job",
          action: "queued",
          receivedAt: start,
          happenedAt: start,
          namedAt: start,
          job: { id, runId, attempt: 2, name: "build (x, y)", workflow: "CI", labels },
        },
      ],
      hasMore: false,
    });
    const { entries } = await runs.listQueued(origin, runId, 1);
    expect(entries[0]?.job).toMatchObject({ repository: told, installationId });
    expect(entries[0]?.job.headSha).toMatch(/^[0-9a-f]{40}$/u);
  });

  it("leaves out what is held back, runs or is over", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { runId } = queueOther(world, { status: "waiting" });
    const stolen = queueOther(world, { runId });
    const cancelled = queueOther(world, { runId });
    const queued = queueOther(world, { runId });
    world.gitHub.stealJob(stolen.id);
    world.gitHub.cancelJob(cancelled.id);
    const { entries } = await runs.listQueued(origin, runId, 1);
    expect(entries.map(({ job }) => job.id)).toEqual([queued.id]);
  });

  it("leaves out a job that it does not understand, and no other", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { id, runId } = queueOther(world);
    world.outside.intercept = async (call, next) => {
      const answer = await next();
      if (call !== "GET jobs") return answer;
      const jobs = readArray(readObject(JSON.parse(answer.body), "answer")["jobs"], "jobs");
      const spoilt = { ...readObject(jobs[0], "job"), id: 5, head_sha: null };
      return jsonResponse(200, { jobs: [null, spoilt, ...jobs] });
    };
    const { entries } = await runs.listQueued(origin, runId, 1);
    expect(entries.map(({ job }) => job.id)).toEqual([id]);
  });

  it("reads page by page", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { runId } = queueOther(world);
    for (let count = 1; count < 130; count += 1) queueOther(world, { runId });
    const first = await runs.listQueued(origin, runId, 1);
    const second = await runs.listQueued(origin, runId, 2);
    expect([first, second].map(({ entries, hasMore }) => [entries.length, hasMore])).toEqual([
      [100, true],
      [30, false],
    ]);
    expect(readAsked(world)[0]).toBe(`/runs/${runId}/jobs?filter=latest&per_page=100&page=1`);
  });

  it("works without an installation that was told, which is then looked up", async () => {
    const { world, runs, origin } = await createTestRuns();
    const { installationId: _told, ...untold } = origin;
    const { runId } = queueOther(world);
    const { entries } = await runs.listQueued(untold, runId, 1);
    expect(entries).toHaveLength(1);
    expect(entries[0]?.job).not.toHaveProperty("installationId");
  });
});
