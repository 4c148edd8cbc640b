import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, it } from "vitest";

import {
  createAppJwt,
  keepGitHubCredentials,
  readGitHubCredentials,
} from "../../functions/adapters/github-credentials.ts";
import { SettingsError } from "../../functions/core/errors.ts";
import { containing } from "../support/containing.ts";
import { createFakeAws, errorResponse } from "../support/fake-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs1 = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const names = { appId: "/tornade/app-id", privateKey: "/tornade/private-key" };

async function read(key: string, appId = "1010") {
  const parameters = new Map([
    [names.appId, appId],
    [names.privateKey, key],
  ]);
  return readGitHubCredentials(async () => parameters, names);
}

function decode(part = ""): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString());
}

describe("readGitHubCredentials", () => {
  it.each([
    ["as GitHub gives it (PKCS #1)", pkcs1],
    ["as PKCS #8", pkcs8],
    ["with the line ends of Windows", pkcs1.replaceAll("\n", "\r\n")],
    ["with escaped line ends", pkcs1.replaceAll("\n", "\\n")],
    ["with escaped line ends of Windows", pkcs8.replaceAll("\n", "\\r\\n")],
    ["as base64 of the file", Buffer.from(pkcs1).toString("base64")],
    ["as base64 in lines", Buffer.from(pkcs8).toString("base64").replaceAll(/.{76}/gu, "$&\n")],
    ["between blanks", `\n  ${pkcs1}\n\n`],
  ])("reads a key %s", async (_how, key) => {
    const credentials = await read(key);
    expect(credentials.appId).toBe("1010");
    expect(credentials.privateKey.equals(createPrivateKey(pkcs1))).toBe(true);
  });

  it.each([
    ["something else", "hello"],
    ["a public key", publicKey.export({ type: "spki", format: "pem" }).toString()],
    ["half a key", pkcs1.slice(0, 400)],
    [
      "a key of another kind",
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ],
  ])("refuses %s without repeating it", async (_what, text) => {
    const reading = read(text);
    await expect(reading).rejects.toBeInstanceOf(SettingsError);
    await expect(reading).rejects.toMatchObject({
      code: "SettingInvalid",
      message:
        "parameter '/tornade/private-key' is not an RSA private key in PEM form; store the .pem file that GitHub gave for the App",
    });
  });

  it.each([
    ["/tornade/app-id", pkcs1, " "],
    ["/tornade/private-key", "", "1010"],
  ])("says that %s is missing", async (name, key, appId) => {
    await expect(read(key, appId)).rejects.toMatchObject({
      code: "SettingMissing",
      message: `parameter '${name}' does not exist or is empty; create it as a SecureString, see docs/settings.md`,
    });
  });
});

describe("keepGitHubCredentials", () => {
  const notAsked = "GitHub was not asked: ";
  const notRead = `${notAsked}parameters '${names.appId}' and '${names.privateKey}' were not read: `;

  it.each([
    [400, "AccessDeniedException", "CredentialsRefused"],
    [400, "ThrottlingException", "GitHubUnavailable"],
    [500, "InternalServerError", "GitHubUnavailable"],
  ])("tells that GitHub was not asked after %i %s: %s", async (status, name, code) => {
    const aws = createFakeAws();
    aws.faults.set("GetParameters", () => errorResponse(status, name));
    const credentials = keepGitHubCredentials(createTestSurroundings(aws.answer), names);
    await expect(credentials.get()).rejects.toMatchObject({
      name: "GitHubError",
      code,
      message: containing(`${notRead}${name}`),
    });
  });

  it("says which parameter is missing, and reads again once it is there", async () => {
    const aws = createFakeAws({ [names.appId]: "1010" });
    const credentials = keepGitHubCredentials(createTestSurroundings(aws.answer), names);
    await expect(credentials.get()).rejects.toMatchObject({
      code: "CredentialsRefused",
      message: containing(`${notAsked}parameter '${names.privateKey}' does not exist`),
    });
    aws.parameters.set(names.privateKey, pkcs1);
    expect(await credentials.get()).toMatchObject({ appId: "1010" });
  });
});

describe("createAppJwt", () => {
  const claims = { issuer: "1010", now: 1_795_262_400, id: "abc" };
  const { jwt, expiresAt } = createAppJwt(privateKey, claims);
  const [header, payload, signature = ""] = jwt.split(".");

  it("is issued a minute ago and valid for nine more, which GitHub allows", () => {
    expect(decode(header)).toEqual({ alg: "RS256", typ: "JWT" });
    expect(decode(payload)).toEqual({
      iat: claims.now - 60,
      exp: claims.now + 540,
      iss: "1010",
      jti: "abc",
    });
    expect(expiresAt).toBe(new Date((claims.now + 540) * 1_000).toISOString());
  });

  it("is signed with the key", () => {
    const signed = Buffer.from(`${header}.${payload}`);
    const key = createPublicKey(privateKey);
    expect(verify("sha256", signed, key, Buffer.from(signature, "base64url"))).toBe(true);
  });
});
