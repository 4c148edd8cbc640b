import { describe, expect, it } from "vitest";

import { jsonResponse } from "../../simulator/wire.ts";
import { createTestRegistry, readPaths, toJob } from "../support/test-registry.ts";

/** The JSON that the last request carried. */
function lastBody({ requests }: ReturnType<typeof createTestRegistry>): unknown {
  return JSON.parse(requests.at(-1)?.body ?? "null");
}

describe("createGitHubRegistry", () => {
  it("registers a runner of the organization with exactly the labels of its job", async () => {
    const test = createTestRegistry({ runnerGroupId: 7 });
    const registration = await test.registry.register(toJob(test.repository), "tornade-41-1-1");
    expect(readPaths(test)).toEqual([
      `POST /app/installations/${test.repository.owner.installationId}/access_tokens`,
      "POST /orgs/acme/actions/runners/generate-jitconfig",
    ]);
    expect(lastBody(test)).toEqual({
      name: "tornade-41-1-1",
      runner_group_id: 7,
      labels: ["tornade", "arch=ARM64"],
    });
    const [runner] = test.gitHub.runners();
    expect(registration.registrationId).toBe(runner?.id);
    expect(Buffer.from(registration.encodedJitConfig, "base64").toString()).toMatch(
      /^\{"\.runner"/u,
    );
  });

  it("registers a runner of the repository where that is wanted", async () => {
    const test = createTestRegistry({ scope: "repository", runnerGroupId: 7 });
    await test.registry.register(toJob(test.repository), "tornade-41-1-1");
    expect(readPaths(test)[1]).toBe("POST /repos/acme/app/actions/runners/generate-jitconfig");
    // Only organizations have groups of their own.
    expect(lastBody(test)).toMatchObject({ runner_group_id: 1 });
    expect(test.gitHub.runners()).toMatchObject([{ scope: "acme/app" }]);
  });

  it("registers a runner of the repository for a user, who has no organization", async () => {
    const test = createTestRegistry({ runnerGroupId: 7 });
    const repository = test.gitHub.addRepository({ fullName: "octocat/app", ownerType: "User" });
    await test.registry.register(toJob(repository), "tornade-41-1-1");
    expect(lastBody(test)).toMatchObject({ runner_group_id: 1 });
    expect(test.gitHub.runners()).toMatchObject([{ scope: "octocat/app" }]);
  });

  it.each([
    ["organization", { organization_self_hosted_runners: "write" }],
    ["repository", { administration: "write" }],
  ] as const)(
    "asks for a token of one repository and one permission: %s",
    async (scope, permissions) => {
      const test = createTestRegistry({ scope });
      await test.registry.register(toJob(test.repository), "tornade-41-1-1");
      expect(JSON.parse(test.requests[0]?.body ?? "")).toEqual({
        repository_ids: [test.repository.id],
        permissions,
      });
    },
  );

  it.each([
    ["https://api.github.com", "/orgs/acme"],
    ["https://api.acme.ghe.com", "/orgs/acme"],
    ["https://ghes.acme.com/api/v3", "/orgs/acme"],
  ])("speaks to %s", async (apiUrl, path) => {
    const test = createTestRegistry({ apiUrl });
    await test.registry.register(toJob(test.repository), "tornade-41-1-1");
    expect(test.requests.map(({ headers }) => headers["host"])).toEqual(
      [1, 2].map(() => new URL(apiUrl).host),
    );
    expect(test.requests[1]?.path).toBe(`${path}/actions/runners/generate-jitconfig`);
    expect(test.requests[1]?.headers).toMatchObject({
      "x-github-api-version": "2022-11-28",
    });
    expect(test.requests[1]?.headers["user-agent"]).toContain("tornade");
  });

  it("finds a runner by exactly its name", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    const { registrationId } = await test.registry.register(job, "tornade-41-1-1");
    expect(await test.registry.find(job, "tornade-41-1-1")).toEqual({
      registrationId,
      busy: false,
      online: false,
    });
    expect(await test.registry.find(job, "tornade-41-1-11")).toBeUndefined();
    // A GitHub that does not know `name` lists them all.
    test.outside.intercept = async (_call, _next, request) =>
      test.gitHub.handle({ ...request, path: request.path.replace("name=tornade-41-1-1&", "") });
    await test.registry.register(job, "tornade-41-1-2");
    expect(await test.registry.find(job, "tornade-41-1-1")).toMatchObject({ registrationId });
  });

  it("removes a runner, once", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    const { registrationId } = await test.registry.register(job, "tornade-41-1-1");
    expect(await test.registry.remove(job, registrationId)).toBe("removed");
    expect(await test.registry.remove(job, registrationId)).toBe("gone");
    expect(test.gitHub.runners()).toEqual([]);
  });

  it("takes no runner for gone whose organization is not found under its name", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    const { registrationId } = await test.registry.register(job, "tornade-41-1-1");
    test.outside.intercept = async (_call, next, { path }) =>
      path.startsWith("/orgs/acme/") ? jsonResponse(404, { message: "Not Found" }) : next();
    await expect(test.registry.remove(job, registrationId)).rejects.toMatchObject({
      code: "GitHubRefused",
    });
  });

  it.each([
    [
      "another one is running",
      [
        { id: 41, status: "queued" },
        { id: 42, status: "in_progress" },
      ],
      true,
    ],
    [
      "it is running itself",
      [
        { id: 41, status: "in_progress" },
        { id: 42, status: "queued" },
      ],
      false,
    ],
    [
      "all others have ended",
      [
        { id: 41, status: "queued" },
        { id: 42, status: "completed" },
      ],
      false,
    ],
  ])("looks at the run of a job where %s", async (_what, jobs, isRunning) => {
    const test = createTestRegistry();
    test.outside.intercept = async (_call, next, { path }) =>
      path.includes("/jobs?") ? jsonResponse(200, { total_count: 2, jobs }) : next();
    const job = toJob(test.repository);
    expect(await test.registry.hasRunningSibling(job)).toBe(isRunning);
    expect(test.requests.at(-1)?.path).toBe(
      `/repos/acme/app/actions/runs/${job.runId}/jobs?filter=latest&per_page=100&page=1`,
    );
  });

  it.each([
    [256, 250, true, 3],
    [256, 90, true, 1],
    [9_000, 501, false, 5],
  ])(
    "of %i jobs finds the one that runs at %i: %s, in %i pages",
    async (total, at, found, pages) => {
      const test = createTestRegistry();
      test.outside.intercept = async (_call, next, { path }) => {
        const page = Number(/[?&]page=(\d+)$/u.exec(path)?.[1]);
        if (Number.isNaN(page)) return next();
        const jobs = Array.from({ length: 100 }, (_, index) => {
          const number = (page - 1) * 100 + index + 1;
          return { id: number + 1_000, status: number === at ? "in_progress" : "queued" };
        });
        return jsonResponse(200, { total_count: total, jobs });
      };
      const job = toJob(test.repository);
      expect(await test.registry.hasRunningSibling(job)).toBe(found);
      expect(test.requests.filter(({ path }) => path.includes("/jobs?"))).toHaveLength(pages);
    },
  );

  it("leaves a runner alone that has a job", async () => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "DELETE runners"
        ? jsonResponse(422, { message: 'Bad request - Runner "x" is still running a job' })
        : next();
    expect(await test.registry.remove(toJob(test.repository), 5)).toBe("busy");
  });

  it.each([
    [{ status: "queued", conclusion: null, runner_name: null }, { status: "queued" }],
    [{ status: "queued", runner_name: "" }, { status: "queued" }],
    [{ status: "waiting" }, { status: "waiting" }],
    [{ status: "pending" }, { status: "waiting" }],
    [{ status: "requested" }, { status: "waiting" }],
    [
      { status: "in_progress", runner_name: "tornade-41-1-1" },
      { status: "in_progress", runnerName: "tornade-41-1-1" },
    ],
    [
      { status: "completed", conclusion: "cancelled", runner_name: null },
      { status: "completed", conclusion: "cancelled" },
    ],
  ])("reads the job %j", async (body, state) => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "GET jobs" ? jsonResponse(200, body) : next();
    expect(await test.registry.readJob(toJob(test.repository))).toEqual(state);
    expect(readPaths(test).at(-1)).toBe("GET /repos/acme/app/actions/jobs/41");
    expect(JSON.parse(test.requests[0]?.body ?? "")).toMatchObject({
      permissions: { actions: "read" },
    });
  });

  it("takes a job that GitHub does not know for gone", async () => {
    const test = createTestRegistry();
    expect(await test.registry.readJob(toJob(test.repository))).toEqual({ status: "gone" });
  });

  it.each([
    ["a job without a status", "GET jobs", jsonResponse(200, {})],
    [
      "a page of a proxy",
      "GET jobs",
      { status: 200, headers: { "content-type": "text/html" }, body: "<p>" },
    ],
  ])("does not take %s for a job that waits", async (_what, troubled, answer) => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) => (call === troubled ? answer : next());
    await expect(test.registry.readJob(toJob(test.repository))).rejects.toMatchObject({
      name: "GitHubError",
      code: "GitHubUnavailable",
    });
  });

  it.each([
    ["DELETE runners", 200, "removal"],
    ["GET runners", 404, "list in which the runner is no longer"],
  ])("does not take a proxy's answer to %s for a %3$s", async (troubled, removed) => {
    const test = createTestRegistry();
    const page = { status: 200, headers: { "content-type": "text/html" }, body: "<p>" };
    test.outside.intercept = async (call, next) => {
      if (call === troubled) return page;
      return call === "DELETE runners" ? jsonResponse(removed, {}) : next();
    };
    await expect(test.registry.remove(toJob(test.repository), 5)).rejects.toMatchObject({
      code: "GitHubUnavailable",
    });
  });

  it.each(["{}", '{"token":""}'])("does not ask with the token in %s", async (body) => {
    const test = createTestRegistry();
    const headers = { "content-type": "application/json" };
    test.outside.intercept = async (call, next) =>
      call === "POST access_tokens" ? { status: 201, headers, body } : next();
    await expect(test.registry.readJob(toJob(test.repository))).rejects.toMatchObject({
      code: "GitHubUnavailable",
    });
  });

  it.each([301, 302, 307, 308])("takes a redirection by %i for a failure", async (status) => {
    const test = createTestRegistry({ scope: "repository" });
    const job = toJob(test.repository);
    test.outside.intercept = async (call, next) =>
      call === "POST access_tokens"
        ? next()
        : {
            ...jsonResponse(status, { message: "Moved Permanently" }),
            headers: { location: "https://api.github.com/repositories/1" },
          };
    const refused = { name: "GitHubError", code: "GitHubRefused" };
    await expect(test.registry.readJob(job)).rejects.toMatchObject(refused);
    await expect(test.registry.remove(job, 5)).rejects.toMatchObject(refused);
    await expect(test.registry.register(job, "tornade-41-1-1")).rejects.toMatchObject(refused);
  });

  it.each([
    ["no object", "[]", "answer should be an object, got an array"],
    ["no runner", "{}", "runner should be an object, got nothing"],
    ["no id", '{"runner":{}}', "runner.id should be a whole number, got nothing"],
    ["no JIT config", '{"runner":{"id":1}}', "encoded_jit_config should be text, got nothing"],
  ])("refuses the answer of a registration with %s", async (_what, body, problem) => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "POST generate-jitconfig"
        ? { status: 201, headers: { "content-type": "application/json" }, body }
        : next();
    await expect(
      test.registry.register(toJob(test.repository), "tornade-41-1-1"),
    ).rejects.toMatchObject({
      code: "GitHubUnavailable",
      message: `GitHub did not send a JIT config: ${problem}`,
    });
  });
});
