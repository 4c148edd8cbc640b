import { describe, expect, it } from "vitest";

import { createGitHubNotices, noNotices } from "../../functions/adapters/github-notices.ts";
import type { Job } from "../../functions/core/job.ts";
import { headSha } from "../../simulator/github/job-body.ts";
import { queuedJob } from "../core/builders.ts";
import { containing } from "../support/containing.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { createTestWorld, repository, type TestWorld } from "../support/test-world.ts";

const notice = { title: "job 'build' got no runner", summary: "no capacity" };

function createNotices(world: TestWorld) {
  return createGitHubNotices(createTestGitHubClient(world));
}

/** A job of the repository that the test world has. */
function toJob({ gitHub }: TestWorld, overrides: Partial<Job> = {}): Job {
  const { id, fullName, owner } = gitHub.addRepository({ fullName: repository });
  const { runId } = gitHub.queueJob({ repository, name: "build", labels: ["other"] });
  const { login, type: ownerType, installationId = 0 } = owner;
  return queuedJob({
    installationId,
    headSha: headSha(runId),
    repository: { id, fullName, owner: login, ownerType, private: true },
    ...overrides,
  });
}

describe("createGitHubNotices", () => {
  it("shows a failed check run of our own on the job's commit, with one call", async () => {
    const world = await createTestWorld();
    const job = toJob(world);
    expect(await createNotices(world).post(job, notice)).toBe("posted");
    expect(world.gitHub.checkRuns()).toMatchObject([
      {
        repository,
        headSha: job.headSha,
        name: "tornade / CI / build",
        externalId: "4711-1",
        conclusion: "failure",
        ...notice,
      },
    ]);
    const asked = world.calls.filter(({ name }) => name.startsWith("POST "));
    expect(asked.map(({ name }) => name)).toEqual(["POST access_tokens", "POST check-runs"]);
    expect(JSON.parse(asked[0]?.request.body ?? "")).toMatchObject({
      permissions: { checks: "write" },
      repository_ids: [job.repository.id],
    });
  });

  it("does without the name of a workflow that has none", async () => {
    const world = await createTestWorld();
    await createNotices(world).post(toJob(world, { workflow: "" }), notice);
    expect(world.gitHub.checkRuns()).toMatchObject([{ name: "tornade / build" }]);
  });

  it.each(["", "x"])("cuts a long name, and no character in two, after '%s'", async (first) => {
    const world = await createTestWorld();
    await createNotices(world).post(toJob(world, { name: first + "🚀".repeat(250) }), notice);
    const [{ name } = { name: "" }] = world.gitHub.checkRuns();
    expect(name.startsWith(`tornade / CI / ${first}🚀`)).toBe(true);
    expect(name.length).toBe(255);
    expect(name.isWellFormed()).toBe(true);
  });

  it("says when GitHub does not show it", async () => {
    const gitHub = { permissions: { actions: "write" } } as const;
    const world = await createTestWorld({ gitHub });
    await expect(createNotices(world).post(toJob(world), notice)).rejects.toMatchObject({
      code: "GitHubRefused",
      message: containing(/^GitHub did not show a check run for job 4711: 422 /u),
    });
  });
});

describe("noNotices", () => {
  it("shows nothing, and says so", async () => {
    expect(await noNotices.post(queuedJob(), notice)).toBe("off");
  });
});
