import { describe, expect, it } from "vitest";

import type { GitHubApp } from "../../functions/adapters/github-app.ts";
import { createGitHubTokens } from "../../functions/adapters/github-tokens.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createTestRegistry, readPaths, toJob } from "../support/test-registry.ts";

const hour = 3_600_000;

function httpError(status: number): Error {
  return Object.assign(new Error("x"), { status });
}

/** An App whose installations are known by owner; tokens name installation and permission. */
function createFakeApp(installations: Readonly<Record<string, number>>) {
  const asked: string[] = [];
  const narrowed: number[] = [];
  const app: GitHubApp = {
    getToken: async (installationId, { repositoryIds = [], permissions }) => {
      asked.push(`token of ${installationId}`);
      narrowed.push(...repositoryIds);
      if (!Object.values(installations).includes(installationId)) throw httpError(404);
      // Repository ids of these tests begin with the installation that they belong to.
      if (repositoryIds.some((id) => !String(id).startsWith(String(installationId)))) {
        throw httpError(422);
      }
      return `${installationId} ${Object.keys(permissions).join()}`;
    },
    call: async (_route, { org }) => {
      const owner = String(org);
      asked.push(`installation of ${owner}`);
      const found = installations[owner];
      if (found === undefined) throw httpError(404);
      return { status: 200, data: { id: found }, headers: {} };
    },
  };
  return { asked, narrowed, getToken: createGitHubTokens(app) };
}

function origin(owner: string, repositoryId: number, installationId?: number) {
  const repository = {
    id: repositoryId,
    fullName: `${owner}/app`,
    owner,
    ownerType: "Organization",
    private: true,
  } as const;
  return { repository, ...(installationId === undefined ? {} : { installationId }) };
}

const read = { actions: "read" } as const;
const register = { organization_self_hosted_runners: "write" } as const;
const kept = {};

describe("createGitHubTokens", () => {
  it("asks for a token of the installation that the delivery names", async () => {
    const { asked, getToken } = createFakeApp({ acme: 5 });
    expect(await getToken(origin("acme", 51, 5), read, kept)).toBe("5 actions");
    expect(asked).toEqual(["token of 5"]);
  });

  it.each([
    ["has gone", 4],
    ["is another owner's", 6],
  ])("looks an installation up by owner, once, where the one named %s", async (_what, told) => {
    const { asked, getToken } = createFakeApp({ acme: 5, umbrella: 6 });
    for (let time = 0; time < 3; time += 1) {
      expect(await getToken(origin("acme", 51, told), read, kept)).toBe("5 actions");
    }
    expect(asked).toEqual([
      `token of ${told}`,
      "installation of acme",
      "token of 5",
      "token of 5",
      "token of 5",
    ]);
  });

  it("does not mistake what it found for one owner for another's", async () => {
    const { asked, getToken } = createFakeApp({ acme: 5, umbrella: 6 });
    await getToken(origin("acme", 51, 6), read, kept);
    asked.length = 0;
    expect(await getToken(origin("umbrella", 61, 6), read, kept)).toBe("6 actions");
    expect(await getToken(origin("acme", 51, 6), read, kept)).toBe("5 actions");
    expect(asked).toEqual(["token of 6", "token of 5"]);
  });

  it("looks an installation up once where a delivery names none", async () => {
    const { asked, getToken } = createFakeApp({ acme: 5 });
    for (let time = 0; time < 3; time += 1) {
      expect(await getToken(origin("acme", 51), read, kept)).toBe("5 actions");
    }
    expect(asked).toEqual(["installation of acme", "token of 5", "token of 5", "token of 5"]);
  });

  it.each([
    ["no installation at all", {}, 4],
    ["an installation without the repository", { acme: 6 }, 6],
  ])("says how to help itself where the owner has %s", async (_what, installations, told) => {
    const { getToken } = createFakeApp(installations);
    await expect(getToken(origin("acme", 51, told), read, kept)).rejects.toMatchObject({
      code: "InstallationGone",
      message: `the App has no installation that reaches acme/app (the webhook named installation ${told}); install it for acme and give it the repository`,
    });
  });

  it("shares a token for an organization among its repositories, whoever asks at once", async () => {
    const { narrowed, getToken } = createFakeApp({ acme: 5, umbrella: 6 });
    const ids = [51, 52, 53];
    await Promise.all(ids.map(async (id) => getToken(origin("acme", id, 5), register, kept)));
    await getToken(origin("umbrella", 61, 6), register, kept);
    await getToken(origin("acme", 52, 5), read, kept);
    expect(narrowed).toEqual([51, 51, 51, 61, 52]);
  });

  it("narrows the token to another repository where the first was lost", async () => {
    const { narrowed, getToken } = createFakeApp({ acme: 5 });
    await expect(getToken(origin("acme", 61, 5), register, kept)).rejects.toThrow("acme/app");
    narrowed.length = 0;
    expect(await getToken(origin("acme", 52, 5), register, kept)).toContain("5 organization");
    expect(await getToken(origin("acme", 53, 5), register, kept)).toContain("5 organization");
    expect(narrowed).toEqual([61, 52, 52]);
  });

  it("does not look for another installation when GitHub is down", async () => {
    const getToken = createGitHubTokens({
      getToken: async () => {
        throw httpError(502);
      },
      call: async () => ({ status: 200, data: { id: 5 }, headers: {} }),
    });
    await expect(getToken(origin("acme", 51, 5), read, kept)).rejects.toMatchObject({
      status: 502,
    });
  });
});

describe("createGitHubTokens with createGitHubApp", () => {
  it("uses a token until a minute before its end, and one token a permission", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    const countTokens = () =>
      readPaths(test).filter((path) => path.endsWith("access_tokens")).length;
    await Promise.all([
      test.registry.find(job, "tornade-1-1-1"),
      test.registry.find(job, "tornade-1-1-2"),
    ]);
    expect(countTokens()).toBe(1);
    await test.registry.readJob(job);
    expect(countTokens()).toBe(2);
    await test.timeline.advance(hour - 61_000);
    await test.registry.find(job, "tornade-1-1-1");
    expect(countTokens()).toBe(2);
    await test.timeline.advance(1_000);
    await test.registry.find(job, "tornade-1-1-1");
    expect(countTokens()).toBe(3);
  });

  it("finds the installation of an App that was installed anew, once", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    test.gitHub.removeInstallation("acme");
    test.gitHub.addRepository({ fullName: "acme/app", id: test.repository.id });
    await test.registry.find(job, "tornade-1-1-1");
    await test.registry.find(job, "tornade-1-1-1");
    expect(readPaths(test).filter((path) => path === "GET /orgs/acme/installation")).toHaveLength(
      1,
    );
    expect(readPaths(test).slice(-1)[0]).toContain("GET /orgs/acme/actions/runners?");
  });

  it.each([
    ["Organization", "/orgs/acme-2/installation"],
    ["User", "/users/acme-2/installation"],
  ] as const)("looks an owner up that is of type %s", async (ownerType, path) => {
    const test = createTestRegistry();
    const repository = test.gitHub.addRepository({ fullName: "acme-2/app", ownerType });
    const { installationId: _told, ...job } = toJob(repository);
    await test.registry.find(job, "tornade-1-1-1");
    expect(readPaths(test)[0]).toBe(`GET ${path}`);
  });

  it("says so where the App is gone", async () => {
    const test = createTestRegistry();
    test.gitHub.removeInstallation("acme");
    await expect(test.registry.readJob(toJob(test.repository))).rejects.toMatchObject({
      code: "InstallationGone",
    });
  });

  it("gets a new token, once, when GitHub does not take the one it has", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    await test.registry.find(job, "tornade-1-1-1");
    let refusals = 0;
    test.outside.intercept = async (call, next) => {
      if (call !== "GET runners" || refusals === 1) return next();
      refusals += 1;
      return jsonResponse(401, { message: "Bad credentials" });
    };
    test.requests.length = 0;
    expect(await test.registry.find(job, "tornade-1-1-1")).toBeUndefined();
    expect(test.requests.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
    const [first, , second] = test.requests.map(({ headers }) => headers["authorization"]);
    expect(first).not.toBe(second);
  });

  it("replaces a token for all who are refused with it, whenever each of them asks", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    await test.registry.find(job, "x");
    const { authorization: refused = "" } = test.requests.at(-1)?.headers ?? {};
    test.outside.intercept = async (_call, next, { headers }) =>
      headers["authorization"] === refused
        ? jsonResponse(401, { message: "Bad credentials" })
        : next();
    const asked = Array.from({ length: 200 }, async (_, ticks) => {
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      return test.registry.find(job, "x");
    });
    expect(await Promise.all(asked)).toEqual(asked.map(() => undefined));
  });

  it("gives up when GitHub does not take the new token either", async () => {
    const test = createTestRegistry();
    test.outside.intercept = async (call, next) =>
      call === "GET runners" ? jsonResponse(401, { message: "Bad credentials" }) : next();
    await expect(test.registry.find(toJob(test.repository), "x")).rejects.toMatchObject({
      code: "CredentialsRefused",
      message: containing("401 Bad credentials"),
    });
    expect(test.requests).toHaveLength(4);
  });
});
