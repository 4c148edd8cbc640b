import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  apiError,
  appId,
  authorize,
  authorizeApp,
  createTestGitHub,
  post,
  signJwt,
} from "./test-github.ts";

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

describe("the App's JSON web token", () => {
  it("is accepted with the App's number or its client id as the issuer", async () => {
    const { client, timeline } = createTestGitHub();
    const now = seconds(timeline.now());
    for (const iss of [appId, String(appId), "Iv23li00000000123456"]) {
      const jwt = signJwt({ iat: now - 60, exp: now + 540, iss });
      const { data } = await client("GET /app", { headers: { authorization: `bearer ${jwt}` } });
      expect(data).toMatchObject({ id: appId, slug: "tornade" });
    }
  });

  it.each([
    ["expired", { iat: -120, exp: -1, iss: appId }, 401, "'Expiration time' claim"],
    ["good for 11 minutes", { iat: 0, exp: 660, iss: appId }, 401, "too far in the future"],
    ["issued in two minutes", { iat: 120, exp: 300, iss: appId }, 401, "'Issued at'"],
    ["without an issue time", { iat: undefined, exp: 300, iss: appId }, 401, "'Issued at'"],
    ["of another App", { iat: 0, exp: 300, iss: 99 }, 404, "Integration not found"],
  ])("is refused when %s", async (...[, { iat, exp, iss }, status, message]) => {
    const { client, timeline } = createTestGitHub();
    const start = seconds(timeline.now());
    const issued = iat === undefined ? {} : { iat: start + iat };
    const jwt = signJwt({ ...issued, exp: start + exp, iss });
    const answer = client("GET /app", { headers: { authorization: `bearer ${jwt}` } });
    await expect(answer).rejects.toMatchObject(apiError(status, message));
  });

  it("is accepted when the App's clock is half a minute ahead", async () => {
    const { client, timeline } = createTestGitHub();
    const start = seconds(timeline.now());
    const jwt = signJwt({ iat: start + 30, exp: start + 600, iss: appId });
    const { status } = await client("GET /app", { headers: { authorization: `bearer ${jwt}` } });
    expect(status).toBe(200);
  });

  it("is refused when another key signed it, or when it is no token at all", async () => {
    const { client, timeline } = createTestGitHub();
    const start = seconds(timeline.now());
    const other = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const forged = signJwt({ iat: start, exp: start + 60, iss: appId }, other.privateKey);
    for (const jwt of [forged, "a.b.c"]) {
      const answer = client("GET /app", { headers: { authorization: `bearer ${jwt}` } });
      await expect(answer).rejects.toMatchObject(
        apiError(401, "A JSON web token could not be decoded"),
      );
    }
  });

  it("is not replaced by an installation token, nor does it replace one", async () => {
    const test = createTestGitHub();
    const asInstallation = test.client("GET /app", { headers: await authorize(test) });
    await expect(asInstallation).rejects.toMatchObject({ status: 401 });
    const headers = await authorizeApp(test);
    const asApp = test.client("GET /orgs/{org}/actions/runners", { org: "acme", headers });
    await expect(asApp).rejects.toMatchObject({ status: 403 });
  });
});

describe("POST access_tokens", () => {
  it("gives the real auth-app a stateless token for an hour", async () => {
    const { appAuth, installationId, timeline, repository } = createTestGitHub();
    const authentication = await appAuth({
      type: "installation",
      installationId,
      repositoryIds: [repository.id],
      permissions: { actions: "read" },
    });
    expect(authentication.token).toMatch(/^ghs_123456_[\w-]+\.[\w-]+\.[\w-]+$/u);
    expect(authentication.token.length).toBeGreaterThan(500);
    expect(authentication).toMatchObject({
      permissions: { actions: "read" },
      repositoryIds: [repository.id],
      repositorySelection: "selected",
      expiresAt: `${new Date(timeline.now() + 3_600_000).toISOString().slice(0, 19)}Z`,
    });
  });

  it("grants everything and all repositories when nothing was asked for", async () => {
    const { appAuth, installationId } = createTestGitHub();
    const { permissions, repositorySelection } = await appAuth({
      type: "installation",
      installationId,
    });
    expect(repositorySelection).toBe("all");
    expect(permissions).toMatchObject({ organization_self_hosted_runners: "write" });
  });

  it.each([
    ["an unknown property", { repository: ["app"] }, '"repository" is not a permitted key'],
    ["an unknown permission", { permissions: { everything: "write" } }, "is not a permitted key"],
    ["an unknown repository", { repository_ids: [1] }, "There is at least one repository"],
    ["a list that is none", { repository_ids: 1 }, "For 'properties/repository_ids', 1 is not"],
    ["more than is granted", { permissions: { issues: "write" } }, "are not granted"],
  ])("answers 422 to %s", async (_title, body, message) => {
    const test = createTestGitHub();
    const path = `/app/installations/${test.installationId}/access_tokens`;
    const answer = await post(test, path, { headers: await authorizeApp(test), body });
    expect(answer).toMatchObject(apiError(422, message));
  });

  it("answers 404 once the App is uninstalled, and gives a new number to a new installation", async () => {
    const { gitHub, client, appAuth, installationId } = createTestGitHub();
    gitHub.removeInstallation("ACME");
    await expect(appAuth({ type: "installation", installationId })).rejects.toMatchObject({
      status: 404,
    });
    const headers = await authorizeApp({ appAuth });
    const lookUp = () => client("GET /orgs/{org}/installation", { org: "acme", headers });
    await expect(lookUp()).rejects.toMatchObject({ status: 404 });
    const { owner } = gitHub.addRepository({ fullName: "acme/other" });
    expect(owner.installationId).not.toBe(installationId);
    expect((await lookUp()).data.id).toBe(owner.installationId);
  });
});

describe("an installation token", () => {
  const runner = "GET /repos/{owner}/{repo}/actions/runners";

  it("ends after an hour, with the installation, and is none when made up", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test);
    const ask = (authorization: string) =>
      test.client(runner, { owner: "acme", repo: "app", headers: { authorization } });
    await expect(ask("token ghs_1_made.up.one")).rejects.toMatchObject(
      apiError(401, "Bad credentials"),
    );
    await test.timeline.advance(3_599_000);
    expect((await ask(headers.authorization)).status).toBe(200);
    await test.timeline.advance(1000);
    await expect(ask(headers.authorization)).rejects.toMatchObject({ status: 401 });
  });

  it("does not outlive the installation", async () => {
    const test = createTestGitHub();
    const headers = await authorize(test);
    test.gitHub.removeInstallation("acme");
    const answer = test.client(runner, { owner: "acme", repo: "app", headers });
    await expect(answer).rejects.toMatchObject({ status: 401 });
  });

  it("does not reach repositories it was not made for: hidden if private, forbidden if public", async () => {
    const test = createTestGitHub();
    test.gitHub.addRepository({ fullName: "acme/secret" });
    test.gitHub.addRepository({ fullName: "acme/open", private: false });
    test.gitHub.addRepository({ fullName: "stranger/app" });
    const headers = await authorize(test, { repositoryIds: [test.repository.id] });
    const ask = (owner: string, repo: string) => test.client(runner, { owner, repo, headers });
    expect((await ask("Acme", "APP")).status).toBe(200);
    await expect(ask("acme", "secret")).rejects.toMatchObject({ status: 404 });
    await expect(ask("acme", "open")).rejects.toMatchObject({ status: 403 });
    await expect(ask("stranger", "app")).rejects.toMatchObject({ status: 404 });
    await expect(ask("acme", "missing")).rejects.toMatchObject({ status: 404 });
  });
});

describe("GET installation", () => {
  it("finds the installation by organization, user and repository", async () => {
    const test = createTestGitHub();
    const person = test.gitHub.addRepository({ fullName: "octocat/app", ownerType: "User" });
    const headers = await authorizeApp(test);
    const { data } = await test.client("GET /orgs/{org}/installation", { org: "acme", headers });
    expect(data).toMatchObject({ id: test.installationId, target_type: "Organization" });
    const ofRepository = await test.client("GET /repos/{owner}/{repo}/installation", {
      owner: "octocat",
      repo: "app",
      headers,
    });
    expect(ofRepository.data.id).toBe(person.owner.installationId);
    const ofUser = { username: "octocat", headers };
    expect((await test.client("GET /users/{username}/installation", ofUser)).data.id).toBe(
      person.owner.installationId,
    );
    const asOrganization = { org: "octocat", headers };
    await expect(test.client("GET /orgs/{org}/installation", asOrganization)).rejects.toMatchObject(
      {
        status: 404,
      },
    );
  });
});

describe("any request", () => {
  it("is answered 404 for an unknown path and 401 without credentials", async () => {
    const { client } = createTestGitHub();
    await expect(client("GET /nothing")).rejects.toMatchObject({ status: 404 });
    await expect(client("GET /app")).rejects.toMatchObject(
      apiError(401, "Requires authentication"),
    );
  });

  it("carries the headers clients go by", async () => {
    const test = createTestGitHub();
    const { headers } = await test.client("GET /app", { headers: await authorizeApp(test) });
    expect(headers["x-github-request-id"]).toMatch(/^[\dA-F:]{36}$/u);
    expect(headers.date).toBe(new Date(test.timeline.now()).toUTCString());
  });

  it("is answered 400 when its body is not JSON", async () => {
    const test = createTestGitHub();
    const path = `/app/installations/${test.installationId}/access_tokens`;
    const answer = await post(test, path, { headers: await authorizeApp(test), body: "{" });
    expect(answer).toEqual({ status: 400, message: "Problems parsing JSON" });
  });
});
