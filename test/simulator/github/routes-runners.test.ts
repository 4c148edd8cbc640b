import { describe, expect, it } from "vitest";
import {
  apiError,
  authorize,
  createTestGitHub,
  mintJitConfig,
  newRunner,
  post,
  readObject,
} from "./test-github.ts";

const generateForOrganization = "POST /orgs/{org}/actions/runners/generate-jitconfig";
const generateForRepository = "POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig";
const silentListener = { onJob: () => {}, onCancelled: () => {}, onRemoved: () => {} };

describe("POST generate-jitconfig", () => {
  it("registers an organization runner with exactly the labels sent", async () => {
    const test = createTestGitHub();
    const { status, data } = await test.client(generateForOrganization, {
      org: "acme",
      headers: await authorize(test, {
        permissions: { organization_self_hosted_runners: "write" },
        repositoryIds: [test.repository.id],
      }),
      ...newRunner,
      labels: ["tornade", "arch=ARM64"],
    });
    expect(status).toBe(201);
    expect(data.runner).toMatchObject({ name: newRunner.name, status: "offline", busy: false });
    expect(data.runner.labels.map(({ name }) => name)).toEqual(["tornade", "arch=ARM64"]);
  });

  it("gives a config of the real length: three base64 files in JSON in base64", async () => {
    const encoded = await mintJitConfig(createTestGitHub());
    expect(encoded.length).toBeGreaterThan(4100);
    expect(encoded.length).toBeLessThan(4500);
    const files: unknown = JSON.parse(Buffer.from(encoded, "base64").toString());
    expect(Object.keys(readObject(files))).toEqual([
      ".runner",
      ".credentials",
      ".credentials_rsaparams",
    ]);
  });

  it("gives the same config for the same randomness and another one for another runner", async () => {
    const first = await mintJitConfig(createTestGitHub());
    expect(await mintJitConfig(createTestGitHub())).toBe(first);
    expect(await mintJitConfig(createTestGitHub(), { name: "tornade-2-1-1" })).not.toBe(first);
  });

  it("registers a repository runner with administration permission", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test, { permissions: { administration: "write" } });
    const place = { owner: "acme", repo: "app", headers };
    expect((await test.client(generateForRepository, { ...place, ...newRunner })).status).toBe(201);
    const listed = await test.client("GET /repos/{owner}/{repo}/actions/runners", place);
    expect(listed.data.runners).toHaveLength(1);
  });

  it("answers 409 for a name in use, in whatever case, until the runner is gone", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test);
    await mintJitConfig(test);
    await expect(mintJitConfig(test, { name: newRunner.name.toUpperCase() })).rejects.toMatchObject(
      apiError(409, "Already exists - A runner with the name TORNADE-1-1-1"),
    );
    const runnerId = test.gitHub.runners()[0]?.id ?? 0;
    await test.client("DELETE /orgs/{org}/actions/runners/{runner_id}", {
      org: "acme",
      runner_id: runnerId,
      headers,
    });
    expect(await mintJitConfig(test)).toMatch(/^[\w+/=]+$/u);
  });

  it.each([
    ["no labels", { labels: [] }, "For 'properties/labels', []"],
    ["101 labels", { labels: Array.from({ length: 101 }, (_, i) => `l${i}`) }, "100 items"],
    ["a label that is a number", { labels: [1] }, "For 'properties/labels/0', 1 is not a string"],
    ["a name of 65 characters", { name: "x".repeat(65) }, "name must have 1 to 64 characters"],
    ["an empty name", { name: "" }, "name must have 1 to 64 characters"],
    ["an unknown property", { ephemeral: true }, '"ephemeral" is not a permitted key'],
    ["no runner group", { runner_group_id: undefined }, `"runner_group_id" wasn't supplied`],
  ])("answers 422 to %s", async (_title, overrides, message) => {
    const test = createTestGitHub();
    const answer = await post(test, "/orgs/acme/actions/runners/generate-jitconfig", {
      headers: await authorize(test),
      body: { ...newRunner, ...overrides },
    });
    expect(answer).toMatchObject(apiError(422, message));
  });

  it.each([
    ["another permission", { administration: "write" }],
    ["read permission only", { organization_self_hosted_runners: "read" }],
  ])("answers 403 to a token with %s", async (_title, permissions) => {
    const test = createTestGitHub();
    const answer = test.client(generateForOrganization, {
      org: "acme",
      headers: await authorize(test, { permissions }),
      ...newRunner,
    });
    await expect(answer).rejects.toMatchObject(
      apiError(403, "Resource not accessible by integration"),
    );
  });

  it("answers 404 where there is no such organization, 403 where it is someone else's", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "stranger/app" });
    test.gitHub.addRepository({ fullName: "octocat/app", ownerType: "User" });
    const headers = await authorize(test);
    const generate = (org: string) =>
      test.client(generateForOrganization, { org, headers, ...newRunner });
    await expect(generate("missing")).rejects.toMatchObject({ status: 404 });
    await expect(generate("octocat")).rejects.toMatchObject({ status: 404 });
    await expect(generate("stranger")).rejects.toMatchObject({ status: 403 });
  });
});

describe("GET runners", () => {
  it("finds a runner by its name", async () => {
    const test = createTestGitHub();
    for (const name of ["tornade-1-1-1", "tornade-2-1-1"]) await mintJitConfig(test, { name });
    const { data } = await test.client("GET /orgs/{org}/actions/runners", {
      org: "acme",
      name: "tornade-2-1-1",
      headers: await authorize(test),
    });
    expect(data.total_count).toBe(1);
    expect(data.runners[0]?.name).toBe("tornade-2-1-1");
  });

  it("gives pages and the link to the next one", async () => {
    const test = createTestGitHub();
    for (const name of ["a", "b", "c"]) await mintJitConfig(test, { name });
    const options = { org: "acme", per_page: 2, headers: await authorize(test) };
    const first = await test.client("GET /orgs/{org}/actions/runners", options);
    expect(first.data.runners.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(first.headers.link).toBe(
      '<https://api.github.com/orgs/acme/actions/runners?per_page=2&page=2>; rel="next"',
    );
    const second = await test.client("GET /orgs/{org}/actions/runners", { ...options, page: 2 });
    expect(second.data.runners.map(({ name }) => name)).toEqual(["c"]);
    expect(second.headers.link).toBeUndefined();
  });

  it("shows a runner as online and then busy, with its version", async () => {
    const test = createTestGitHub();
    const encoded = await mintJitConfig(test);
    const place = { org: "acme", runner_id: test.gitHub.runners()[0]?.id ?? 0 };
    const headers = await authorize(test);
    const ask = async () =>
      (await test.client("GET /orgs/{org}/actions/runners/{runner_id}", { ...place, headers }))
        .data;
    expect(await ask()).toMatchObject({ status: "offline", version: null });
    test.gitHub.connectRunner(encoded, silentListener);
    expect(await ask()).toMatchObject({ status: "online", busy: false, version: "2.337.0" });
    test.gitHub.queueJob({ repository: "acme/app", name: "build", labels: ["tornade"] });
    await test.timeline.advance(1000);
    expect(await ask()).toMatchObject({ status: "online", busy: true });
  });
});

describe("DELETE runner", () => {
  const deletion = "DELETE /orgs/{org}/actions/runners/{runner_id}";

  it("removes an idle runner, which hears of it, and answers 404 the second time", async () => {
    const test = createTestGitHub();
    const heard: string[] = [];
    test.gitHub.connectRunner(await mintJitConfig(test), {
      ...silentListener,
      onRemoved: () => heard.push("removed"),
    });
    const runnerId = test.gitHub.runners()[0]?.id ?? 0;
    const options = { org: "acme", runner_id: runnerId, headers: await authorize(test) };
    expect((await test.client(deletion, options)).status).toBe(204);
    await test.timeline.advance(1000);
    expect(heard).toEqual(["removed"]);
    await expect(test.client(deletion, options)).rejects.toMatchObject({ status: 404 });
  });

  it("answers 422 for a busy runner", async () => {
    const test = createTestGitHub();
    test.gitHub.connectRunner(await mintJitConfig(test), silentListener);
    test.gitHub.queueJob({ repository: "acme/app", name: "build", labels: ["tornade"] });
    await test.timeline.advance(1000);
    const runnerId = test.gitHub.runners()[0]?.id ?? 0;
    const options = { org: "acme", runner_id: runnerId, headers: await authorize(test) };
    await expect(test.client(deletion, options)).rejects.toMatchObject(
      apiError(422, "is still running a job"),
    );
    expect(test.gitHub.runners()).toHaveLength(1);
  });

  it("does not find an organization's runner below a repository, nor a number that is none", async () => {
    const test = createTestGitHub();
    await mintJitConfig(test);
    const headers = await authorize(test);
    const runnerId = test.gitHub.runners()[0]?.id ?? 0;
    for (const path of [
      `/repos/acme/app/actions/runners/${runnerId}`,
      "/orgs/acme/actions/runners/one",
    ]) {
      await expect(test.client(`DELETE ${path}`, { headers })).rejects.toMatchObject({
        status: 404,
      });
    }
  });
});
