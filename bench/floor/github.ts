import { createPrivateKey, sign } from "node:crypto";

import { readObject, readText } from "../../functions/core/read-json.ts";
import { createPost } from "./post.ts";
import { readParameters } from "./read-parameters.ts";

const { env } = process;
const post = createPost();
const apiUrl = env["GITHUB_API_URL"] ?? "";
const [appId, privateKey = ""] = await readParameters(
  env["TORNADE_APP_ID_PARAMETER"] ?? "",
  env["TORNADE_PRIVATE_KEY_PARAMETER"] ?? "",
);
const key = createPrivateKey(privateKey);

const tokens = new Map<number, Promise<string>>();

/** An installation token for one repository; asked for once, which is enough for the hour it is valid. */
export async function readToken(installationId: number, repositoryId: number): Promise<string> {
  const asked = tokens.get(repositoryId) ?? createToken(installationId, repositoryId);
  tokens.set(repositoryId, asked);
  return asked;
}

async function createToken(installationId: number, repositoryId: number): Promise<string> {
  const url = `${apiUrl}/app/installations/${installationId}/access_tokens`;
  const permissions = { organization_self_hosted_runners: "write" };
  const body = JSON.stringify({ repository_ids: [repositoryId], permissions });
  const answer = await post(url, toHeaders(`bearer ${createJwt()}`), body);
  return readText(readObject(answer, "answer")["token"], "token");
}

/** The JIT config of a new runner of an organization. */
export async function registerRunner(
  owner: string,
  { name, labels, token }: { readonly name: string; labels: unknown; readonly token: string },
): Promise<string> {
  const url = `${apiUrl}/orgs/${owner}/actions/runners/generate-jitconfig`;
  const body = JSON.stringify({ name, runner_group_id: 1, labels });
  const answer = await post(url, toHeaders(`token ${token}`), body);
  return readText(readObject(answer, "answer")["encoded_jit_config"], "encoded_jit_config");
}

function toHeaders(authorization: string): Record<string, string> {
  return { authorization, accept: "application/vnd.github+json", "user-agent": "floor" };
}

function createJwt(): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iat: now - 60, exp: now + 540, iss: appId };
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
