import { describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import { jsonResponse } from "../../simulator/wire.ts";
import { containing } from "../support/containing.ts";
import { createTestRegistry, credentialNames, readPaths, toJob } from "../support/test-registry.ts";

type Test = ReturnType<typeof createTestRegistry>;

/** The JWTs that requests were made with, decoded. */
function readJwts({ requests }: Test) {
  return requests.flatMap(({ headers }) => {
    const [, payload] =
      /^bearer [\w-]+\.([\w-]+)\.[\w-]+$/u.exec(headers["authorization"] ?? "") ?? [];
    if (payload === undefined) return [];
    return [readObject(JSON.parse(Buffer.from(payload, "base64url").toString()), "claims")];
  });
}

describe("createGitHubApp", () => {
  it("makes two JWTs of one second differ", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    await Promise.all([test.registry.readJob(job), test.registry.find(job, "x")]);
    const [one, other] = readJwts(test);
    expect(one?.["iat"]).toBe(other?.["iat"]);
    expect(one?.["jti"]).not.toBe(other?.["jti"]);
    expect(one?.["jti"]).toMatch(/^[a-z0-9]{6,}$/u);
  });

  it("reads its credentials anew after a 401, once", async () => {
    const test = createTestRegistry();
    const job = toJob(test.repository);
    await test.registry.find(job, "x");
    let isRefusing = true;
    test.outside.intercept = async (call, next) => {
      if (call !== "POST access_tokens" || !isRefusing) return next();
      isRefusing = false;
      return jsonResponse(401, { message: "A JSON web token could not be decoded" });
    };
    // GitHub takes an App's client id as well as its number.
    test.parameters.set(credentialNames.appId, "Iv23li00000000001010");
    await test.timeline.advance(30_000);
    test.requests.length = 0;
    await test.registry.readJob(job);
    expect(readJwts(test).map(({ iss }) => iss)).toEqual(["1010", "Iv23li00000000001010"]);
  });

  it("says that the App is unknown where its number is wrong", async () => {
    const test = createTestRegistry();
    test.parameters.set(credentialNames.appId, "9");
    await expect(test.registry.readJob(toJob(test.repository))).rejects.toMatchObject({
      code: "GitHubRefused",
      message: containing("404 Integration not found"),
    });
  });

  it("does not ask a third time", async () => {
    const test = createTestRegistry();
    test.outside.intercept = async () =>
      jsonResponse(401, { message: "A JSON web token could not be decoded" });
    await expect(test.registry.find(toJob(test.repository), "x")).rejects.toMatchObject({
      code: "CredentialsRefused",
    });
    // Twice with the first token's request, twice with that of the refreshed one.
    expect(readPaths(test).length).toBeLessThanOrEqual(4);
  });

  it.each([
    ["ahead", 900_000],
    ["behind", -900_000],
  ])("goes by GitHub's clock where its own is %s", async (_where, offset) => {
    const test = createTestRegistry();
    test.clock.offset = offset;
    expect(await test.registry.find(toJob(test.repository), "x")).toBeUndefined();
    expect(readPaths(test).filter((path) => path.endsWith("access_tokens"))).toHaveLength(2);
    // What it learnt, it keeps.
    test.requests.length = 0;
    await test.registry.readJob(toJob(test.repository));
    expect(readPaths(test)).toHaveLength(2);
  });

  it("says which permission the App lacks, rather than that it is not installed", async () => {
    const test = createTestRegistry({ simulated: { permissions: { metadata: "read" } } });
    await expect(test.registry.readJob(toJob(test.repository))).rejects.toMatchObject({
      code: "GitHubRefused",
      message: containing("422 The permissions requested are not granted to this installation."),
    });
  });

  it("passes on what is wrong with a setting", async () => {
    const test = createTestRegistry();
    test.parameters.set(credentialNames.privateKey, "not a key");
    await expect(test.registry.find(toJob(test.repository), "x")).rejects.toMatchObject({
      name: "SettingsError",
      code: "SettingInvalid",
    });
    expect(test.requests).toEqual([]);
  });
});
