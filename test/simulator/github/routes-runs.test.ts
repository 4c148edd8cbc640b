import { describe, expect, it } from "vitest";
import { createStubRunner } from "../../../simulator/stub-runner.ts";
import { startStub } from "../start-stub.ts";
import {
  apiError,
  authorize,
  createTestGitHub,
  mintJitConfig,
  readEvents,
  type TestGitHub,
} from "./test-github.ts";

const rerun = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs";
const place = { owner: "acme", repo: "app" };

/** Runs a job of the run from queued to completed. */
async function runJob(test: TestGitHub, runId: number, conclusion: "success" | "failure") {
  const name = `runner-${conclusion}`;
  const startProgram = createStubRunner(test);
  startStub(startProgram, await mintJitConfig(test, { name }));
  const labels = ["tornade"];
  test.gitHub.queueJob({ repository: "acme/app", name: conclusion, labels, runId, conclusion });
  await test.timeline.advance(60_000);
}

describe("GET job", () => {
  it("shows the job, and 404 under another repository or number", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/other" });
    const job = test.gitHub.queueJob({
      repository: "acme/app",
      name: "build",
      labels: ["tornade"],
    });
    const headers = await authorize(test);
    const ask = (repo: string, jobId: number) =>
      test.client("GET /repos/{owner}/{repo}/actions/jobs/{job_id}", {
        owner: "acme",
        repo,
        job_id: jobId,
        headers,
      });
    expect((await ask("app", job.id)).data).toMatchObject({
      id: job.id,
      run_id: job.runId,
      run_attempt: 1,
      status: "queued",
      conclusion: null,
      runner_id: null,
      runner_name: null,
      labels: ["tornade"],
    });
    await expect(ask("other", job.id)).rejects.toMatchObject({ status: 404 });
    await expect(ask("app", 1)).rejects.toMatchObject({ status: 404 });
  });

  it("needs the actions permission", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test, { permissions: { administration: "write" } });
    const answer = test.client("GET /repos/{owner}/{repo}/actions/jobs/{job_id}", {
      ...place,
      job_id: 1,
      headers,
    });
    await expect(answer).rejects.toMatchObject({ status: 403 });
  });
});

describe("GET runs", () => {
  it("sums up the jobs of each run and filters by status", async () => {
    const test = createTestGitHub();
    await runJob(test, 1, "success");
    const waiting = test.gitHub.queueJob({ repository: "acme/app", name: "a", labels: ["other"] });
    const headers = await authorize(test);
    const { data } = await test.client("GET /repos/{owner}/{repo}/actions/runs", {
      ...place,
      headers,
    });
    expect(data.workflow_runs.map(({ id, status }) => [id, status])).toEqual([
      [waiting.runId, "queued"],
      [1, "completed"],
    ]);
    const queued = await test.client("GET /repos/{owner}/{repo}/actions/runs", {
      ...place,
      status: "queued",
      headers,
    });
    expect(queued.data.workflow_runs.map(({ id }) => id)).toEqual([waiting.runId]);
  });

  it("shows a run as far as the least advanced of its jobs, and all of them", async () => {
    const test = createTestGitHub();
    await runJob(test, 1, "success");
    test.gitHub.queueJob({ repository: "acme/app", name: "late", labels: ["other"], runId: 1 });
    const options = { ...place, run_id: 1, headers: await authorize(test) };
    const run = await test.client("GET /repos/{owner}/{repo}/actions/runs/{run_id}", options);
    expect(run.data).toMatchObject({ id: 1, status: "queued", conclusion: null });
    const jobs = await test.client("GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs", options);
    expect(jobs.data.jobs.map(({ name }) => name)).toEqual(["success", "late"]);
  });
});

describe("POST rerun-failed-jobs", () => {
  it("queues the failed job anew and copies the others into the new attempt", async () => {
    const test = createTestGitHub();
    await runJob(test, 1, "success");
    await runJob(test, 1, "failure");
    const before = test.received.length;
    const headers = await authorize(test);
    expect((await test.client(rerun, { ...place, run_id: 1, headers })).status).toBe(201);
    await test.timeline.advance(1000);
    const events = readEvents(test).slice(before);
    expect(events.map(({ action, workflow_job: job }) => [action, job["name"]])).toEqual([
      ["completed", "success"],
      ["queued", "failure"],
    ]);
    for (const { workflow_job: job } of events)
      expect(job).toMatchObject({ run_attempt: 2, run_id: 1 });
    expect(new Set(test.gitHub.jobs().map(({ id }) => id)).size).toBe(4);
    const options = { ...place, run_id: 1, headers };
    const jobs = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
    expect((await test.client(jobs, options)).data.total_count).toBe(2);
    expect((await test.client(jobs, { ...options, filter: "all" })).data.total_count).toBe(4);
  });

  it("keeps the jobs of every attempt apart", async () => {
    const test = createTestGitHub();
    await runJob(test, 1, "failure");
    const headers = await authorize(test);
    await test.client(rerun, { ...place, run_id: 1, headers });
    const ofAttempt = async (attempt: number) =>
      test.client(
        "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs",
        {
          ...place,
          run_id: 1,
          attempt_number: attempt,
          headers,
        },
      );
    const conclusions = await Promise.all(
      [1, 2].map(async (attempt) => (await ofAttempt(attempt)).data.jobs),
    );
    expect(conclusions).toMatchObject([[{ conclusion: "failure" }], [{ conclusion: null }]]);
    for (const attempt of [0, 3]) {
      await expect(ofAttempt(attempt)).rejects.toMatchObject({ status: 404 });
    }
  });

  it("answers 403 while a job of the run is not completed, and when none has failed", async () => {
    const test = createTestGitHub();
    const { runId } = test.gitHub.queueJob({ repository: "acme/app", name: "a", labels: ["x"] });
    const headers = await authorize(test);
    await expect(test.client(rerun, { ...place, run_id: runId, headers })).rejects.toMatchObject(
      apiError(403, "already running"),
    );
    await runJob(test, 1, "success");
    await expect(test.client(rerun, { ...place, run_id: 1, headers })).rejects.toMatchObject(
      apiError(403, "cannot be retried"),
    );
  });

  it("needs permission to write, and a run that exists", async () => {
    const test = createTestGitHub();
    const reading = await authorize(test, { permissions: { actions: "read" } });
    await expect(
      test.client(rerun, { ...place, run_id: 1, headers: reading }),
    ).rejects.toMatchObject({ status: 403 });
    const headers = await authorize(test);
    await expect(test.client(rerun, { ...place, run_id: 1, headers })).rejects.toMatchObject({
      status: 404,
    });
  });
});
