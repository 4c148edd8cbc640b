import { createAppAuth } from "@octokit/auth-app";

import { readText } from "../core/read-json.ts";
import { createAppJwt, type GitHubCredentials } from "./github-credentials.ts";
import { readClockSkew, statusOf } from "./github-failure.ts";
import { understand } from "./github-answers.ts";
import type { Answer, GitHubRequest } from "./github-request.ts";
import type { Permission } from "./github-tokens.ts";
import type { Refreshed } from "./refreshed.ts";
import type { Surroundings } from "./surroundings.ts";
import { createTokenCache } from "./token-cache.ts";

/** What a token of an installation is for. */
export type TokenScope = {
  /** @default all repositories of the installation */
  readonly repositoryIds?: readonly number[];
  readonly permissions: Permission;
  /** The token that GitHub no longer takes, although it has not expired: another one is wanted. */
  readonly refused?: string | undefined;
};

/** GitHub, asked by the App itself rather than by an installation of it. */
export type GitHubApp = {
  readonly getToken: (installationId: number, scope: TokenScope) => Promise<string>;
  /** Any request that GitHub answers to the App itself. */
  readonly call: (route: string, parameters: Readonly<Record<string, unknown>>) => Promise<Answer>;
};

/** What the App is made of. */
export type GitHubAppOptions = {
  readonly surroundings: Pick<Surroundings, "now" | "random">;
  readonly credentials: Refreshed<GitHubCredentials>;
  readonly request: GitHubRequest;
};

/** The GitHub App; after a 401 it reads its key and takes GitHub's clock anew, and tries once more. */
export function createGitHubApp({
  surroundings,
  credentials,
  request,
}: GitHubAppOptions): GitHubApp {
  let skew = 0;
  const createJwt = async () => {
    const now = Math.floor(surroundings.now() / 1_000) + skew;
    return createOwnJwt(await credentials.get(), { now, random: surroundings.random });
  };
  // The id is only handed on to `createJwt`, which reads the current one together with its key.
  const appId = "tornade";
  const cache = createTokenCache(surroundings.now);
  const authenticate = createAppAuth({ appId, createJwt, request, cache });

  const tryTwice = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      skew = readClockSkew(error, surroundings.now());
      await credentials.reload();
      return ask();
    }
  };
  return {
    getToken: async (installationId, { refused, ...scope }) => {
      if (refused !== undefined) cache.forget(refused);
      const options = toOptions(installationId, scope);
      const ask = async () =>
        tryTwice(async () => readToken((await authenticate(options())).token));
      const token = await ask();
      // auth-app lets those who ask at once share an answer: that of one who just found the old token.
      return token === refused ? ask() : token;
    },
    call: async (route, parameters) =>
      tryTwice(async () => {
        const { token } = await authenticate({ type: "app" });
        const headers = { authorization: `bearer ${token}` };
        return request(route, { ...parameters, headers });
      }),
  };
}

// Without one everything would be asked for in vain, as if the key were wrong.
function readToken(token: unknown): string {
  return understand("a token", () => {
    const text = readText(token, "token");
    if (text === "") throw new Error("token should not be empty");
    return text;
  });
}

// Copied each time, because auth-app sorts the array it is given.
function toOptions(installationId: number, { repositoryIds, permissions }: TokenScope) {
  return () => ({
    type: "installation" as const,
    installationId,
    permissions,
    ...(repositoryIds === undefined ? {} : { repositoryIds: [...repositoryIds] }),
  });
}

function createOwnJwt(
  { appId, privateKey }: GitHubCredentials,
  { now, random }: { readonly now: number; readonly random: () => number },
) {
  const id = Math.floor(random() * 2 ** 52).toString(36);
  return createAppJwt(privateKey, { issuer: appId, now, id });
}
