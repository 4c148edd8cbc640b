import type { Repository } from "./job.ts";

/** The AWS role that a repository's runners have, by `owner/name` in lower case. */
export type RepositoryRoles = ReadonlyMap<string, string>;

/** The AWS role that runners made for the repository have, if any. */
export function roleOf(
  { fullName }: Pick<Repository, "fullName">,
  roles: RepositoryRoles,
): string | undefined {
  return roles.get(fullName.toLowerCase());
}
