import { describe, expect, it } from "vitest";
import {
  apiError,
  authorize,
  authorizeApp,
  createTestGitHub,
  readObject,
  type TestGitHub,
} from "./test-github.ts";

/** When each repository of the installation was pushed to, by its name. */
async function readPushes(test: TestGitHub): Promise<Readonly<Record<string, unknown>>> {
  const headers = await authorize(test);
  const { data } = await test.client("GET /installation/repositories", { headers });
  return Object.fromEntries(data.repositories.map(({ name, pushed_at: time }) => [name, time]));
}

function timeOf({ timeline }: TestGitHub): string {
  return `${new Date(timeline.now()).toISOString().slice(0, 19)}Z`;
}

const job = { repository: "acme/app", name: "build", labels: ["tornade"] };
const madeAt = "2026-01-01T00:00:00Z";

describe("GET /installation/repositories", () => {
  it("lists the repositories of the token's own installation", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/open", private: false });
    test.gitHub.addRepository({ fullName: "umbrella/app" });
    const { data } = await test.client("GET /installation/repositories", {
      headers: await authorize(test, { permissions: { metadata: "read" } }),
    });
    expect(data).toMatchObject({
      total_count: 2,
      repositories: [
        { full_name: "acme/app", private: true, pushed_at: madeAt },
        { full_name: "acme/open", private: false },
      ],
    });
  });

  it("lists only what the token reaches", async () => {
    const test = createTestGitHub();
    const { id } = test.gitHub.addRepository({ fullName: "acme/other" });
    const headers = await authorize(test, { repositoryIds: [id] });
    const { data } = await test.client("GET /installation/repositories", { headers });
    expect(data).toMatchObject({ total_count: 1, repositories: [{ id }] });
  });

  it("pages, with the link to the next", async () => {
    const test = createTestGitHub();
    for (let count = 1; count < 5; count += 1) {
      test.gitHub.addRepository({ fullName: `acme/app-${count}` });
    }
    const headers = await authorize(test);
    const ask = async (page: number) =>
      test.client("GET /installation/repositories", { per_page: 2, page, headers });
    const [first, last] = [await ask(1), await ask(3)];
    expect(first.data).toMatchObject({ total_count: 5, repositories: [{}, { name: "app-1" }] });
    expect(first.headers.link).toContain("/installation/repositories?per_page=2&page=2>");
    expect(last.data.repositories.map(({ name }) => name)).toEqual(["app-4"]);
    expect(last.headers.link).toBeUndefined();
  });

  it("counts against the limit of the installation", async () => {
    const test = createTestGitHub({ requestsPerHour: 1 });
    const headers = await authorize(test);
    const answer = await test.client("GET /installation/repositories", { headers });
    expect(answer.headers["x-ratelimit-remaining"]).toBe("0");
    await expect(test.client("GET /installation/repositories", { headers })).rejects.toMatchObject(
      apiError(403, `API rate limit exceeded for installation ID ${test.installationId}`),
    );
  });

  it("answers neither the App itself nor an installation that is gone", async () => {
    const test = createTestGitHub();
    const asApp = test.client("GET /installation/repositories", {
      headers: await authorizeApp(test),
    });
    await expect(asApp).rejects.toMatchObject({ status: 403 });
    const headers = await authorize(test);
    test.gitHub.removeInstallation("acme");
    await expect(test.client("GET /installation/repositories", { headers })).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("the time of the last push", () => {
  it("moves with the first job of a run that a push started", async () => {
    const test = createTestGitHub();
    await test.timeline.advance(60_000);
    const { runId } = test.gitHub.queueJob(job);
    const pushedAt = timeOf(test);
    expect(await readPushes(test)).toEqual({ app: pushedAt });
    await test.timeline.advance(60_000);
    test.gitHub.queueJob({ ...job, runId });
    expect(await readPushes(test)).toEqual({ app: pushedAt });
  });

  it.each([
    ["a schedule", { event: "schedule" }],
    ["a person", { event: "workflow_dispatch" }],
    ["a re-run", { runAttempt: 2 }],
  ] as const)("does not move with a job that %s started", async (_who, added) => {
    const test = createTestGitHub();
    test.gitHub.queueJob({ ...job, ...added });
    expect(await readPushes(test)).toEqual({ app: madeAt });
  });

  it("does not move when failed jobs are run again", async () => {
    const test = createTestGitHub();
    const { runId, id } = test.gitHub.queueJob({ ...job, event: "schedule" });
    test.gitHub.cancelJob(id);
    await test.timeline.advance(60_000);
    expect(test.gitHub.rerunFailedJobs("acme/app", runId)).toBe(true);
    expect(await readPushes(test)).toEqual({ app: madeAt });
  });

  it("is told in webhooks, and the run tells what started it", async () => {
    const test = createTestGitHub();
    const pushed = test.gitHub.queueJob(job);
    const { runId } = test.gitHub.queueJob({ ...job, event: "schedule" });
    await test.timeline.advance(1_000);
    const [first] = test.received.map(({ body }) => readObject(JSON.parse(body)));
    expect(readObject(first?.["repository"])).toMatchObject({
      pushed_at: `${new Date(pushed.createdAt).toISOString().slice(0, 19)}Z`,
    });
    const { data } = await test.client("GET /repos/{owner}/{repo}/actions/runs/{run_id}", {
      owner: "acme",
      repo: "app",
      run_id: runId,
      headers: await authorize(test),
    });
    expect(data.event).toBe("schedule");
  });
});

describe("GET /app/installations", () => {
  it("lists where the App is installed, to the App", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "globex/app" });
    test.gitHub.addRepository({ fullName: "initech/app" });
    test.gitHub.removeInstallation("globex");
    const headers = await authorizeApp(test);
    const { data } = await test.client("GET /app/installations", { headers });
    expect(data).toMatchObject([
      { id: test.installationId, account: { login: "acme" }, suspended_at: null },
      { account: { login: "initech" } },
    ]);
  });

  it("pages a bare list", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "globex/app" });
    const headers = await authorizeApp(test);
    const ask = async (page: number) =>
      test.client("GET /app/installations", { per_page: 1, page, headers });
    const [first, last] = [await ask(1), await ask(2)];
    expect(first.headers.link).toContain("/app/installations?per_page=1&page=2>");
    expect(last.data).toMatchObject([{ account: { login: "globex" } }]);
    expect(last.headers.link).toBeUndefined();
  });

  it("does not answer an installation", async () => {
    const test = createTestGitHub();
    const answer = test.client("GET /app/installations", { headers: await authorize(test) });
    await expect(answer).rejects.toMatchObject({ status: 401 });
  });
});
