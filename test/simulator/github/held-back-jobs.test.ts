import { describe, expect, it } from "vitest";

import { createTestGitHub } from "./test-github.ts";

const deploy = {
  repository: "acme/app",
  name: "deploy",
  labels: ["tornade"],
  environment: "production",
} as const;

async function queueHeldBack(status: "waiting" | "pending", random = () => 0.9) {
  const { gitHub, timeline, received } = createTestGitHub({ random });
  const job = gitHub.queueJob({ ...deploy, status });
  await timeline.advance(1_000);
  const payloads = (): readonly unknown[] => received.map(({ body }): unknown => JSON.parse(body));
  return { gitHub, timeline, job, payloads };
}

describe("releaseJob", () => {
  it.each([
    ["a second time after an approval", "waiting", 2],
    ["no more when its turn has come", "pending", 1],
  ] as const)("lets a job be told as queued %s", async (_when, status, times) => {
    const { gitHub, timeline, job, payloads } = await queueHeldBack(status);

    gitHub.releaseJob(job.id);
    await timeline.advance(1_000);

    const deployment = { environment: "production" };
    const told = [
      { action: "queued", workflow_job: { id: job.id, status, conclusion: null }, deployment },
      { action: "queued", workflow_job: { id: job.id, status: "queued" }, deployment },
    ];
    expect(payloads()).toHaveLength(times);
    expect(payloads()).toMatchObject(told.slice(0, times));
    expect(gitHub.findJob(job.id)?.status).toBe("queued");
  });

  it("may be told with the status from before, although the job waits for a runner", async () => {
    const { gitHub, timeline, job, payloads } = await queueHeldBack("waiting", () => 0.1);

    gitHub.releaseJob(job.id);
    await timeline.advance(1_000);

    expect(payloads()[1]).toMatchObject({ action: "queued", workflow_job: { status: "waiting" } });
    expect(gitHub.findJob(job.id)?.status).toBe("queued");
  });

  it("gives GitHub a day for a runner from the release on", async () => {
    const { gitHub, timeline, job } = await queueHeldBack("waiting");
    await timeline.advance(2 * 86_400_000);
    expect(gitHub.findJob(job.id)?.status).toBe("waiting");

    gitHub.releaseJob(job.id);
    await timeline.advance(86_400_000);

    expect(gitHub.findJob(job.id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
  });

  it("does nothing to a job that was cancelled while it was held back", async () => {
    const { gitHub, timeline, job } = await queueHeldBack("waiting");
    gitHub.cancelJob(job.id);

    gitHub.releaseJob(job.id);
    await timeline.advance(1_000);

    expect(gitHub.findJob(job.id)).toMatchObject({ status: "completed", conclusion: "cancelled" });
  });
});

describe("rerunFailedJobs", () => {
  it("waits for the run to complete, and then queues anew what did not succeed", async () => {
    const { gitHub, timeline } = createTestGitHub();
    const job = gitHub.queueJob(deploy);
    expect(gitHub.rerunFailedJobs("acme/app", job.runId)).toBe(false);
    gitHub.cancelJob(job.id);
    await timeline.advance(1_000);

    expect(gitHub.rerunFailedJobs("acme/app", job.runId)).toBe(true);

    expect(gitHub.jobs().map(({ status, runAttempt }) => [status, runAttempt])).toEqual([
      ["completed", 1],
      ["queued", 2],
    ]);
  });
});

describe("forget", () => {
  const now = Date.now() + 86_400_000;
  const always = { endedBefore: now, deliveredBefore: now, failedBefore: now, mayGo: () => true };

  it("drops runs that are over, with their deliveries", async () => {
    const { gitHub, timeline } = createTestGitHub();
    const job = gitHub.queueJob(deploy);
    gitHub.cancelJob(job.id);
    await timeline.advance(2_000);
    expect(gitHub.deliveries()).toHaveLength(2);

    expect(gitHub.forget(always).map(({ id }) => id)).toEqual([job.id]);

    expect(gitHub.jobs()).toEqual([]);
    expect(gitHub.deliveries()).toEqual([]);
  });

  it.each([
    ["a job that has not ended", {}, false],
    ["a job that ended too recently", { endedBefore: 0 }, true],
    ["a job that may not go", { mayGo: () => false }, true],
  ])("keeps %s", async (_case, retention, isCancelled) => {
    const { gitHub, timeline } = createTestGitHub();
    const job = gitHub.queueJob(deploy);
    if (isCancelled) gitHub.cancelJob(job.id);
    await timeline.advance(2_000);

    expect(gitHub.forget({ ...always, ...retention })).toEqual([]);

    expect(gitHub.findJob(job.id)).toBeDefined();
  });
});
