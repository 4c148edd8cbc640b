import type { Origin } from "../core/job.ts";
import { messageOf } from "../core/errors.ts";
import { GitHubError } from "../core/github-error.ts";
import { readNumber, readObject } from "../core/read-json.ts";
import { understand } from "./github-answers.ts";
import type { GitHubApp, TokenScope } from "./github-app.ts";
import { statusOf } from "./github-failure.ts";

/** One permission of an installation token, e.g. `{ actions: "read" }`. */
export type Permission = Readonly<Record<string, "read" | "write">>;

/** Asks for a token; for another one than the `refused` one where GitHub no longer takes that. */
export type GetToken = (
  origin: Origin,
  permission: Permission,
  options: Pick<TokenScope, "refused">,
) => Promise<string>;

/**
 * Tokens for one repository and one permission each; those for what is done to an organization are shared
 * by its repositories. An installation that is gone, or is not the owner's, is looked up by owner, once;
 * what was found is remembered.
 */
export function createGitHubTokens({ getToken, call }: GitHubApp): GetToken {
  const getNarrow = narrow(getToken);
  const moved = new Map<string, number>();
  return async (origin, permissions, { refused }) => {
    const told = origin.installationId;
    // By owner too: deliveries have been seen to name the installation of another one.
    const key = `${origin.repository.owner} ${told}`;
    const known = moved.get(key) ?? told;
    const scope = { permissions, refused };
    try {
      if (known !== undefined) return await getNarrow(known, origin, scope);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
    }
    const found = await findInstallation(origin, call).catch((error: unknown) => {
      throw isElsewhere(error) ? createGone(origin) : error;
    });
    if (found === known) throw createGone(origin);
    moved.set(key, found);
    return getNarrow(found, origin, scope);
  };
}

/**
 * A token is no wider than one repository. What is done to an organization concerns none of them, and
 * any serves to narrow its token: else a burst in forty repositories would ask for forty tokens in each
 * instance, of which GitHub may refuse to give more than 180 a minute.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
function narrow(
  getToken: GitHubApp["getToken"],
): (
  installationId: number,
  origin: Origin,
  scope: Pick<TokenScope, "permissions" | "refused">,
) => Promise<string> {
  const shared = new Map<string, number>();
  return async (installationId, { repository: { id, owner } }, scope) => {
    const own = { ...scope, repositoryIds: [id] };
    if (!isOfOrganization(scope.permissions)) return getToken(installationId, own);
    const key = `${installationId} ${owner}`;
    const repositoryId = shared.get(key) ?? id;
    shared.set(key, repositoryId);
    try {
      return await getToken(installationId, { ...scope, repositoryIds: [repositoryId] });
    } catch (error) {
      if (repositoryId === id || !isElsewhere(error)) throw error;
      // The installation may have lost the repository that was asked for first.
      shared.set(key, id);
      return getToken(installationId, own);
    }
  };
}

function isOfOrganization(permissions: Permission): boolean {
  return Object.keys(permissions).every((name) => name.startsWith("organization_"));
}

async function findInstallation(
  { repository: { owner, ownerType } }: Origin,
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

function createGone({ repository, installationId }: Origin): GitHubError {
  const { fullName, owner } = repository;
  const told =
    installationId === undefined ? "" : ` (the webhook named installation ${installationId})`;
  return new GitHubError(
    "InstallationGone",
    `the App has no installation that reaches ${fullName}${told}; install it for ${owner} and give it the repository`,
  );
}
