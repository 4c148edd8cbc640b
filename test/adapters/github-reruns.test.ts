import { describe, expect, it } from "vitest";

import { createGitHubReruns } from "../../functions/adapters/github-reruns.ts";
import type { RunAttempt } from "../../functions/core/run-reruns.ts";
import type { Job } from "../../simulator/github/model.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { toJob } from "../support/test-registry.ts";
import { createTestWorld, type TestWorld } from "../support/test-world.ts";

/** A world with the adapter in front of its GitHub, and a repository that nobody serves. */
async function createTestReruns() {
  const world = await createTestWorld();
  const { gitHub } = world;
  const reruns = createGitHubReruns(createTestGitHubClient(world));
  const known = gitHub.addRepository({ fullName: "acme/other" });
  const toRun = ({ runId, runAttempt: attempt }: Job): RunAttempt => {
    return { ...toJob(known), runId, attempt };
  };
  return { world, reruns, toRun };
}

function queueOther({ queueJob }: TestWorld, added: Parameters<TestWorld["queueJob"]>[0] = {}) {
  return queueJob({ repository: "acme/other", labels: ["other"], ...added });
}

async function runToFailure({ gitHub, pass }: TestWorld, ...jobs: readonly Job[]): Promise<void> {
  for (const { id } of jobs) gitHub.cancelJob(id);
  await pass(2);
}

function readAsked({ calls }: TestWorld): readonly string[] {
  const asked = calls.filter(({ request }) => request.path.includes("/actions/runs/"));
  return asked.map(({ request: { method, path } }) => `${method} ${path.replace(/^.*runs/u, "")}`);
}

describe("createGitHubReruns, listJobs", () => {
  it("lists the jobs of the attempt that is meant, however many there are", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const first = queueOther(world);
    const { runId } = first;
    const others = Array.from({ length: 100 }, () => queueOther(world, { runId }));
    await runToFailure(world, first, ...others);
    world.gitHub.rerunFailedJobs("acme/other", runId);
    expect(await reruns.listJobs(toRun(first))).toEqual(
      Array.from({ length: 101 }, () => ({ conclusion: "cancelled" })),
    );
    expect(readAsked(world)).toEqual([
      `GET /${runId}/attempts/1/jobs?per_page=100&page=1`,
      `GET /${runId}/attempts/1/jobs?per_page=100&page=2`,
    ]);
  });

  it("tells runner and conclusion where there are any", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const job = queueOther(world);
    const jobs = [
      { conclusion: "failure", runner_name: "tornade-1-1-1" },
      { conclusion: null, runner_name: null },
      { conclusion: "skipped", runner_name: "" },
    ];
    world.outside.intercept = async (call, next) =>
      call === "GET jobs" ? jsonResponse(200, { total_count: 3, jobs }) : next();
    expect(await reruns.listJobs(toRun(job))).toEqual([
      { conclusion: "failure", runnerName: "tornade-1-1-1" },
      {},
      { conclusion: "skipped" },
    ]);
  });

  it("needs no more than to read the actions of the one repository", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = toRun(queueOther(world));
    await reruns.listJobs(run);
    const minted = world.calls.find(({ name }) => name === "POST access_tokens");
    expect(JSON.parse(minted?.request.body ?? "")).toEqual({
      repository_ids: [run.repository.id],
      permissions: { actions: "read" },
    });
  });

  it("takes an answer that is none for GitHub being down", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = toRun(queueOther(world));
    world.outside.intercept = async (call, next) =>
      call === "GET jobs" ? jsonResponse(200, { jobs: "none" }) : next();
    await expect(reruns.listJobs(run)).rejects.toMatchObject({
      code: "GitHubUnavailable",
      message: "GitHub did not send a list of jobs: jobs should be an array, got a string",
    });
  });
});

describe("createGitHubReruns, readState", () => {
  it("tells the newest attempt, and whether that has completed", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const job = queueOther(world);
    expect(await reruns.readState(toRun(job))).toEqual({ attempt: 1, isCompleted: false });
    await runToFailure(world, job);
    expect(await reruns.readState(toRun(job))).toEqual({ attempt: 1, isCompleted: true });
    world.gitHub.rerunFailedJobs("acme/other", job.runId);
    expect(await reruns.readState(toRun(job))).toEqual({ attempt: 2, isCompleted: false });
  });

  it("takes a run without attempts, as old servers have them, for the first", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = toRun(queueOther(world));
    world.outside.intercept = async (call, next) =>
      call === "GET runs" ? jsonResponse(200, { status: "completed" }) : next();
    expect(await reruns.readState(run)).toEqual({ attempt: 1, isCompleted: true });
  });

  it("does not know a run that is gone", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = { ...toRun(queueOther(world)), runId: 5 };
    expect(await reruns.readState(run)).toBeUndefined();
  });
});

describe("createGitHubReruns, rerunFailed", () => {
  it("begins the next attempt, with a token that may write", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const job = queueOther(world);
    await runToFailure(world, job);
    await reruns.rerunFailed(toRun(job));
    expect(await reruns.readState(toRun(job))).toEqual({ attempt: 2, isCompleted: false });
    const minted = world.calls.find(({ name }) => name === "POST access_tokens");
    expect(minted?.request.body).toContain('"permissions":{"actions":"write"}');
  });

  it("is refused as long as the run has not completed", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = toRun(queueOther(world));
    const asked = reruns.rerunFailed(run);
    await expect(asked).rejects.toMatchObject({ code: "GitHubRefused" });
    await expect(asked).rejects.toThrow(`GitHub did not run ${run.runId} again: 403`);
  });

  it("asks for nothing more of an owner until the end of a rate limit", async () => {
    const { world, reruns, toRun } = await createTestReruns();
    const run = toRun(queueOther(world));
    world.outside.intercept = async (call, next) =>
      call === "GET runs" ? { status: 429, headers: { "retry-after": "60" }, body: "{}" } : next();
    await expect(reruns.readState(run)).rejects.toMatchObject({ code: "GitHubRateLimited" });
    const before = world.calls.length;
    await expect(reruns.rerunFailed(run)).rejects.toMatchObject({ code: "GitHubRateLimited" });
    expect(world.calls.length).toBe(before);
  });
});
