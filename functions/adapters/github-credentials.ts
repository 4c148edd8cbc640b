import { createPrivateKey, type KeyObject, sign } from "node:crypto";

import { SettingsError } from "../core/errors.ts";
import { GitHubError } from "../core/github-error.ts";
import { isRefused, readAwsError } from "./aws-error.ts";
import { createParameterStore, readParameter, type ReadParameters } from "./parameter-store.ts";
import { createRefreshed, type Refreshed } from "./refreshed.ts";
import type { Surroundings } from "./surroundings.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** Who the GitHub App is, and the key it signs with. */
export type GitHubCredentials = { readonly appId: string; readonly privateKey: KeyObject };

/** The names of the parameters that hold the credentials. */
export type CredentialParameters = { readonly appId: string; readonly privateKey: string };

/**
 * Keeps the credentials for five minutes; on a 401 they are read again, at most every 30 seconds. Where
 * there are none to be had, that is an error of asking GitHub: `GitHubError` says that it was not asked.
 */
export function keepGitHubCredentials(
  surroundings: Surroundings,
  names: CredentialParameters,
): Refreshed<GitHubCredentials> {
  const readParameters =
    surroundings.platform?.readParameters ?? createParameterStore(surroundings);
  const load = async (): Promise<GitHubCredentials> => {
    try {
      return await readGitHubCredentials(readParameters, names);
    } catch (error) {
      throw toCredentialsError(error, names);
    }
  };
  const { now, log } = surroundings;
  return createRefreshed(load, { now, log, maximumAge: 5 * 60_000, minimumAge: 30_000 });
}

function toCredentialsError(error: unknown, names: CredentialParameters): GitHubError {
  const begin = "GitHub was not asked";
  if (error instanceof SettingsError) {
    return new GitHubError("CredentialsRefused", `${begin}: ${error.message}`);
  }
  const { name, message } = readAwsError(error);
  const what = `parameters '${names.appId}' and '${names.privateKey}' were not read`;
  const text = `${begin}: ${what}: ${name}: ${withoutSecrets(message)}`;
  if (!isRefused(error)) return new GitHubError("GitHubUnavailable", text);
  const remedy = "allow the function's role ssm:GetParameters, and kms:Decrypt with their key";
  return new GitHubError("CredentialsRefused", `${text}; ${remedy}`);
}

/**
 * Reads the App's id (or client id) and private key.
 * @throws {SettingsError} when one is missing, or the key is not a private key
 */
export async function readGitHubCredentials(
  readParameters: ReadParameters,
  names: CredentialParameters,
): Promise<GitHubCredentials> {
  const parameters = await readParameters([names.appId, names.privateKey]);
  return {
    appId: readParameter(parameters, names.appId),
    privateKey: readPrivateKey(readParameter(parameters, names.privateKey), names.privateKey),
  };
}

// Keys reach parameters as files, with escaped line ends, or as base64 of the file.
function readPrivateKey(text: string, name: string): KeyObject {
  const unescaped = text.replaceAll(/\\r|\r/gu, "").replaceAll("\\n", "\n");
  const pem = unescaped.includes("-----BEGIN")
    ? unescaped
    : Buffer.from(unescaped, "base64").toString();
  const key = parsePrivateKey(pem);
  if (key?.asymmetricKeyType === "rsa") return key;
  throw new SettingsError(
    "SettingInvalid",
    `parameter '${name}' is not an RSA private key in PEM form; store the .pem file that GitHub gave for the App`,
  );
}

// What went wrong is not told: the message could quote the key.
function parsePrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** What a JWT of the App is made of besides its key. */
export type JwtClaims = {
  readonly issuer: string;
  /** Seconds since the epoch, by GitHub's clock. */
  readonly now: number;
  /** Makes two JWTs of one second differ: identical ones have been seen to fail. */
  readonly id: string;
};

/** A JWT that proves the App to GitHub: issued a minute ago, valid for nine more. */
export function createAppJwt(
  privateKey: KeyObject,
  { issuer, now, id }: JwtClaims,
): { readonly jwt: string; readonly expiresAt: string } {
  const expires = now + 9 * 60;
  const claims = { iat: now - 60, exp: expires, iss: issuer, jti: id };
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  // The synchronous form: one millisecond, and deterministic in the simulator.
  const signature = sign("sha256", Buffer.from(content), privateKey).toString("base64url");
  return { jwt: `${content}.${signature}`, expiresAt: new Date(expires * 1_000).toISOString() };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
