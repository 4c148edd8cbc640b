import { Webhooks } from "@octokit/webhooks";
import { describe, expect, it } from "vitest";
import { createStubRunner } from "../../../simulator/stub-runner.ts";
import type { WireRequest } from "../../../simulator/wire.ts";
import { startStub } from "../start-stub.ts";
import { createTestGitHub, mintJitConfig, readEvents, webhookSecret } from "./test-github.ts";

const day = 86_400_000;
const build = { repository: "acme/app", name: "build", labels: ["tornade", "arch=ARM64"] };

describe("the life of a job", () => {
  it("is told in three webhooks with growing detail", async () => {
    const test = createTestGitHub();
    const job = test.gitHub.queueJob({ ...build, durationMilliseconds: 5000 });
    startStub(createStubRunner(test), await mintJitConfig(test, { labels: [...build.labels] }));
    await test.timeline.advance(60_000);
    const [queued, started, completed, ...rest] = readEvents(test);
    expect(rest).toEqual([]);
    const fixed = { id: job.id, run_id: job.runId, run_attempt: 1, labels: build.labels };
    expect(queued).toMatchObject({
      action: "queued",
      workflow_job: { ...fixed, status: "queued", conclusion: null, runner_id: null },
      repository: { full_name: "acme/app", private: true, owner: { type: "Organization" } },
      installation: { id: test.installationId },
    });
    const runner = {
      runner_name: "tornade-1-1-1",
      runner_group_id: 1,
      runner_group_name: "Default",
    };
    expect(started).toMatchObject({
      action: "in_progress",
      workflow_job: { ...fixed, ...runner, status: "in_progress", completed_at: null },
    });
    expect(completed).toMatchObject({
      action: "completed",
      workflow_job: { ...fixed, ...runner, status: "completed", conclusion: "success" },
    });
    const { started_at: startedAt, completed_at: completedAt } = completed?.workflow_job ?? {};
    const took = Date.parse(String(completedAt)) - Date.parse(String(startedAt));
    expect(took).toBe(5000);
  });

  it("ends as cancelled without a runner, as number 0 with an empty name, when cancelled before its start", async () => {
    const test = createTestGitHub();
    test.gitHub.cancelJob(test.gitHub.queueJob(build).id);
    await test.timeline.advance(1000);
    expect(readEvents(test).at(-1)).toMatchObject({
      action: "completed",
      workflow_job: { conclusion: "cancelled", runner_id: 0, runner_name: "" },
    });
  });

  it("ends as cancelled after a day without a runner", async () => {
    const test = createTestGitHub();
    test.gitHub.queueJob(build);
    await test.timeline.advance(day - 1);
    expect(test.gitHub.jobs()[0]?.status).toBe("queued");
    await test.timeline.advance(1001);
    expect(test.gitHub.jobs()[0]).toMatchObject({ conclusion: "cancelled", runner: null });
    expect(readEvents(test).at(-1)).toMatchObject({ action: "completed" });
  });

  it("is not told to an App that is not installed", async () => {
    const test = createTestGitHub();
    test.gitHub.removeInstallation("acme");
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    expect(test.received).toEqual([]);
  });

  it("is refused in a repository that does not exist", () => {
    const { gitHub } = createTestGitHub();
    expect(() => gitHub.queueJob({ ...build, repository: "acme/none" })).toThrow(
      "repository 'acme/none' is unknown; add it with addRepository",
    );
    expect(() => gitHub.addRepository({ fullName: "acme" })).toThrow("use owner/name");
  });
});

describe("a webhook", () => {
  it("is signed so that octokit's own verification accepts it", async () => {
    const test = createTestGitHub();
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    const [{ method, path, headers, body }] = readOne(test.received);
    expect({ method, path }).toEqual({ method: "POST", path: "/webhook" });
    const webhooks = new Webhooks({ secret: webhookSecret });
    const signature = headers["x-hub-signature-256"] ?? "";
    expect(await webhooks.verify(body, signature)).toBe(true);
    expect(await webhooks.verify(`${body} `, signature)).toBe(false);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-github-event": "workflow_job",
      "x-github-hook-installation-target-id": "123456",
      "x-github-hook-installation-target-type": "integration",
    });
    expect(headers["x-github-delivery"]).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/u);
    expect(headers["x-github-hook-id"]).toMatch(/^\d+$/u);
    expect(headers["user-agent"]).toMatch(/^GitHub-Hookshot\/[\da-f]{7}$/u);
  });

  it("has the size of the real ones", async () => {
    const test = createTestGitHub();
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    const [{ body }] = readOne(test.received);
    expect(body.length).toBeGreaterThan(5000);
    expect(body.length).toBeLessThan(12_000);
  });

  it("tells of a completed run once an attempt, to an App that subscribed to it", async () => {
    const test = createTestGitHub({ events: ["workflow_job", "workflow_run"] });
    const { runId } = test.gitHub.queueJob(build);
    const second = test.gitHub.queueJob({ ...build, name: "test", runId });
    test.gitHub.cancelJob(second.id);
    await test.timeline.advance(5000);
    expect(test.gitHub.deliveries().filter(({ event }) => event === "workflow_run")).toEqual([]);
    for (const { id } of test.gitHub.jobs()) test.gitHub.cancelJob(id);
    await test.timeline.advance(5000);
    const told = test.received.filter((one) => one.headers["x-github-event"] === "workflow_run");
    const [{ body }] = readOne(told);
    expect(JSON.parse(body)).toMatchObject({
      action: "completed",
      workflow_run: { id: runId, run_attempt: 1, conclusion: "cancelled" },
      installation: { id: test.installationId },
    });
  });
});

describe("a delivery", () => {
  it("is recorded with what the App answered, and is never repeated by itself", async () => {
    const test = createTestGitHub({ deliver: async () => ({ status: 503 }) });
    test.gitHub.queueJob(build);
    await test.timeline.advance(3_600_000);
    expect(test.gitHub.deliveries()).toMatchObject([
      { statusCode: 503, status: "Invalid HTTP Response: 503", redelivery: false },
    ]);
  });

  it("fails after ten seconds without an answer; a later answer changes nothing", async () => {
    const answers: (() => void)[] = [];
    const test = createTestGitHub({
      deliver: async () =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve({ status: 202 });
          });
        }),
    });
    test.gitHub.queueJob(build);
    await test.timeline.advance(10_000);
    expect(test.gitHub.deliveries()).toEqual([]);
    await test.timeline.advance(1000);
    answers[0]?.();
    await test.timeline.advance(1000);
    expect(test.gitHub.deliveries()).toMatchObject([
      { statusCode: 504, status: "timed out", durationMilliseconds: 10_000 },
    ]);
  });

  it("fails when nobody listens", async () => {
    const test = createTestGitHub({
      deliver: async () => Promise.reject(new Error("connection refused")),
    });
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    expect(test.gitHub.deliveries()).toMatchObject([
      { statusCode: 502, status: "failed to connect to host" },
    ]);
  });

  it("can be repeated by its GUID", async () => {
    const test = createTestGitHub();
    test.gitHub.queueJob(build);
    await test.timeline.advance(1000);
    const guid = test.gitHub.deliveries()[0]?.guid ?? "";
    test.gitHub.redeliver(guid);
    await test.timeline.advance(1000);
    expect(test.gitHub.deliveries()).toMatchObject([
      { guid, redelivery: false },
      { guid, redelivery: true },
    ]);
    expect(() => {
      test.gitHub.redeliver("nothing");
    }).toThrow("no delivery has the GUID 'nothing'");
  });
});

function readOne(requests: readonly WireRequest[]): readonly [WireRequest] {
  const [first, ...rest] = requests;
  if (first === undefined || rest.length > 0) {
    throw new Error(`${requests.length} webhooks were sent instead of one`);
  }
  return [first];
}
