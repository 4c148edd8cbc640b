import { describe, expect, it } from "vitest";

import { createGitHubInstallations } from "../../functions/adapters/github-installations.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { createTestGitHubClient } from "../support/test-github-client.ts";
import { countCalls, createTestWorld, start } from "../support/test-world.ts";

const later = Number.POSITIVE_INFINITY;

/** A world with the adapter in front of its GitHub, where acme has the App installed. */
async function createTestInstallations() {
  const world = await createTestWorld();
  const { surroundings } = world;
  const installations = createGitHubInstallations(surroundings, createTestGitHubClient(world));
  const [known] = world.gitHub.repositories();
  const acme = { id: known?.owner.installationId ?? 0, owner: "acme" };
  return { world, installations, acme };
}

type Test = Awaited<ReturnType<typeof createTestInstallations>>;

/** Has the answer to one call replaced. */
function answerWith({ world }: Test, wanted: string, body: unknown): void {
  world.outside.intercept = async (call, next) =>
    call === wanted ? jsonResponse(200, body) : next();
}

function installation(id: number, overrides: object = {}): object {
  return { id, account: { login: `owner-${id}` }, suspended_at: null, ...overrides };
}

describe("createGitHubInstallations, list", () => {
  it("lists where the App is installed, as the App itself", async () => {
    const { world, installations, acme } = await createTestInstallations();
    world.gitHub.addRepository({ fullName: "globex/app", installationId: 77, ownerType: "User" });
    world.gitHub.addRepository({ fullName: "initech/app" });
    world.gitHub.removeInstallation("initech");
    expect(await installations.list(later)).toEqual({
      installations: [acme, { id: 77, owner: "globex" }],
      isCut: false,
    });
    expect(countCalls(world, ["GET installations", "POST access_tokens"])).toEqual({
      "GET installations": 1,
      "POST access_tokens": 0,
    });
  });

  it("leaves out what it does not understand, and no other", async () => {
    const test = await createTestInstallations();
    answerWith(test, "GET installations", [null, installation(-1), installation(4)]);
    expect(await test.installations.list(later)).toMatchObject({
      installations: [{ id: 4, owner: "owner-4" }],
    });
  });

  it("leaves out what is suspended, and what is installed for no owner", async () => {
    const test = await createTestInstallations();
    answerWith(test, "GET installations", [
      installation(1, { suspended_at: "2026-11-21T12:00:00Z" }),
      installation(2, { account: null }),
      installation(3, { account: { slug: "an-enterprise" } }),
      installation(4),
    ]);
    expect(await test.installations.list(later)).toMatchObject({
      installations: [{ id: 4, owner: "owner-4" }],
    });
  });

  it("reads page by page, ten at most", async () => {
    const { world, installations } = await createTestInstallations();
    for (let count = 1; count < 130; count += 1) {
      world.gitHub.addRepository({ fullName: `owner-${count}/app` });
    }
    expect((await installations.list(later)).installations).toHaveLength(130);
    expect(countCalls(world, ["GET installations"])).toEqual({ "GET installations": 2 });
    world.calls.length = 0;
    world.outside.intercept = async () =>
      jsonResponse(
        200,
        Array.from({ length: 100 }, (_, id) => installation(id)),
      );
    expect((await installations.list(later)).installations).toHaveLength(1_000);
  });

  it("asks for no page for which there is no time, but for the first", async () => {
    const { world, installations } = await createTestInstallations();
    for (let count = 1; count < 130; count += 1) {
      world.gitHub.addRepository({ fullName: `owner-${count}/app` });
    }
    expect(await installations.list(start)).toMatchObject({ isCut: true });
    expect((await installations.list(start)).installations).toHaveLength(100);
  });

  it("leaves GitHub alone until it wants to be asked, for its own limit and for an owner's", async () => {
    const { world, installations, acme } = await createTestInstallations();
    world.outside.intercept = async (call, next) =>
      call === "GET installations" || call === "GET repositories"
        ? { ...jsonResponse(429, {}), headers: { "retry-after": "60" } }
        : next();
    for (let tries = 0; tries < 3; tries += 1) {
      await expect(installations.list(later)).rejects.toMatchObject({ code: "GitHubRateLimited" });
      const listed = installations.listRepositories(acme, 1);
      await expect(listed).rejects.toMatchObject({ code: "GitHubRateLimited" });
    }
    expect(countCalls(world, ["GET installations", "GET repositories"])).toEqual({
      "GET installations": 1,
      "GET repositories": 1,
    });
  });

  it("does not take a page of a proxy for an empty list", async () => {
    const test = await createTestInstallations();
    answerWith(test, "GET installations", {});
    await expect(test.installations.list(later)).rejects.toMatchObject({
      code: "GitHubUnavailable",
    });
  });

  it("tells what GitHub did not do", async () => {
    const { world, installations } = await createTestInstallations();
    world.outside.intercept = async (call, next) =>
      call === "GET installations" ? jsonResponse(502, { message: "Server Error" }) : next();
    await expect(installations.list(later)).rejects.toThrow(
      "GitHub did not list installations: 502",
    );
  });
});

describe("createGitHubInstallations, listRepositories", () => {
  it("lists the repositories, when they were pushed to, and what is left of the limit", async () => {
    const { world, installations, acme } = await createTestInstallations();
    world.gitHub.addRepository({ fullName: "acme/open", private: false });
    world.queueJob({ labels: ["other"] });
    world.queueJob({ labels: ["other"], repository: "acme/open", event: "schedule" });
    const { entries, ...page } = await installations.listRepositories(acme, 1);
    expect(page).toEqual({ hasMore: false, total: 2, left: 4_999 / 5_000 });
    const owner = { owner: "acme", ownerType: "Organization" };
    expect(entries).toMatchObject([
      { repository: { fullName: "acme/app", private: true, ...owner }, pushedAt: start },
      { repository: { fullName: "acme/open", private: false }, pushedAt: Date.UTC(2026, 0, 1) },
    ]);
  });

  it("asks with one token that may read metadata, and nothing else", async () => {
    const { world, installations, acme } = await createTestInstallations();
    await installations.listRepositories(acme, 1);
    await installations.listRepositories(acme, 2);
    const minted = world.calls.filter(({ name }) => name === "POST access_tokens");
    expect(minted.map(({ request }) => request.body)).toEqual([
      '{"permissions":{"metadata":"read"}}',
    ]);
  });

  it("reads one page at a time", async () => {
    const { world, installations, acme } = await createTestInstallations();
    for (let count = 1; count < 200; count += 1) {
      world.gitHub.addRepository({ fullName: `acme/app-${count}` });
    }
    const pages = [
      await installations.listRepositories(acme, 1),
      await installations.listRepositories(acme, 2),
    ];
    expect(pages.map(({ entries, hasMore, total }) => [entries.length, hasMore, total])).toEqual([
      [100, true, 200],
      [100, false, 200],
    ]);
    const paths = world.calls.map(({ request }) => request.path);
    expect(paths).toContain("/installation/repositories?per_page=100&page=2");
  });

  it("leaves out what is archived or disabled, and knows what was never pushed to", async () => {
    const test = await createTestInstallations();
    const repository = { full_name: "acme/x", private: true, owner: { login: "acme" } };
    answerWith(test, "GET repositories", {
      total_count: 3,
      repositories: [
        { id: 1, ...repository, archived: true, pushed_at: "2026-11-21T12:00:00Z" },
        { id: 2, ...repository, disabled: true, pushed_at: "2026-11-21T12:00:00Z" },
        { id: 3, ...repository, pushed_at: null },
      ],
    });
    expect(await test.installations.listRepositories(test.acme, 1)).toMatchObject({
      entries: [{ repository: { id: 3, ownerType: "Organization" }, pushedAt: 0 }],
      total: 3,
    });
  });

  it("takes a new token where GitHub no longer takes the one it has, once", async () => {
    const { world, installations, acme } = await createTestInstallations();
    await installations.listRepositories(acme, 1);
    const refusals = { left: 1 };
    world.outside.intercept = async (call, next) => {
      if (call !== "GET repositories" || refusals.left === 0) return next();
      refusals.left -= 1;
      return jsonResponse(401, { message: "Bad credentials" });
    };
    expect(await installations.listRepositories(acme, 1)).toMatchObject({ total: 1 });
    expect(countCalls(world, ["POST access_tokens"])).toEqual({ "POST access_tokens": 2 });
    refusals.left = 2;
    await expect(installations.listRepositories(acme, 1)).rejects.toMatchObject({
      code: "CredentialsRefused",
    });
  });

  it.each([
    [404, "Not Found", "GitHubRefused"],
    [403, "This installation has been suspended", "GitHubRefused"],
    [429, "slow down", "GitHubRateLimited"],
    [502, "Server Error", "GitHubUnavailable"],
  ])("tells %d %s for what it is", async (status, message, code) => {
    const { world, installations, acme } = await createTestInstallations();
    world.outside.intercept = async (call, next) =>
      call === "POST access_tokens" ? jsonResponse(status, { message }) : next();
    const answer = installations.listRepositories(acme, 1);
    await expect(answer).rejects.toMatchObject({ code });
    await expect(answer).rejects.toThrow(`GitHub did not list repositories of acme: ${status}`);
  });

  it("does not take a page of a proxy for an empty list", async () => {
    const test = await createTestInstallations();
    answerWith(test, "GET repositories", {});
    await expect(test.installations.listRepositories(test.acme, 1)).rejects.toMatchObject({
      code: "GitHubUnavailable",
    });
  });
});
