import { messageOf } from "../core/errors.ts";
import { GitHubError } from "../core/github-error.ts";
import { readNumber, readObject } from "../core/read-json.ts";
import type { Registrar } from "../core/runner-registry.ts";
import { understand } from "./github-answers.ts";
import type { GitHubApp } from "./github-app.ts";
import { statusOf } from "./github-failure.ts";

/** One permission of an installation token, e.g. `{ actions: "read" }`. */
export type Permission = Readonly<Record<string, "read" | "write">>;

/** Asks for a token; `refresh` for a new one although the kept one has not expired. */
export type GetToken = (
  registrar: Registrar,
  permission: Permission,
  options: { readonly refresh: boolean },
) => Promise<string>;

/**
 * Tokens for one repository and one permission each. An installation that is gone, or is not the
 * owner's, is looked up by owner, once; what was found is remembered.
 */
export function createGitHubTokens({ getToken, call }: GitHubApp): GetToken {
  const moved = new Map<string, number>();
  return async (registrar, permission, { refresh }) => {
    const told = registrar.installationId;
    // By owner too: deliveries have been seen to name the installation of another one.
    const key = `${registrar.repository.owner} ${told}`;
    const known = moved.get(key) ?? told;
    const scope = { repositoryIds: [registrar.repository.id], permissions: permission, refresh };
    try {
      if (known !== undefined) return await getToken(known, scope);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
    }
    const found = await findInstallation(registrar, call).catch((error: unknown) => {
      throw isElsewhere(error) ? createGone(registrar) : error;
    });
    if (found === known) throw createGone(registrar);
    moved.set(key, found);
    return getToken(found, scope);
  };
}

async function findInstallation(
  { repository: { owner, ownerType } }: Registrar,
  call: GitHubApp["call"],
): Promise<number> {
  const { data } =
    ownerType === "Organization"
      ? await call("GET /orgs/{org}/installation", { org: owner })
      : await call("GET /users/{username}/installation", { username: owner });
  return understand("an installation", () => readNumber(readObject(data, "answer")["id"], "id"));
}

// 404: uninstalled, perhaps installed anew. 422: an installation that has no such repository, which
// deliveries have been seen to name. An App that is unknown (404) or lacks a permission (422) is so
// everywhere.
function isElsewhere(error: unknown): boolean {
  if (/integration not found|permission/iu.test(messageOf(error))) return false;
  return [404, 422].includes(statusOf(error));
}

function createGone({ repository, installationId = 0 }: Registrar): GitHubError {
  const { fullName, owner } = repository;
  return new GitHubError(
    "InstallationGone",
    `the App has no installation that reaches ${fullName} (told was ${installationId}); install it for ${owner} and give it the repository`,
  );
}
