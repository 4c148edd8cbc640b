import type { Repository } from "./job.ts";

/** Who may have runners. */
export type Policy = {
  /** Logins of the owners served, case-insensitive; nobody else is, so none means nobody. */
  readonly owners: readonly string[];
  readonly publicRepositories: "refuse" | "allow";
};

/** Why a repository may have no runners; undefined where it may. */
export function whyShutOut(repository: Repository, policy: Policy): string | undefined {
  if (!servesOwner(repository.owner, policy)) return "owner is not allowed";
  if (repository.private || policy.publicRepositories === "allow") return undefined;
  return "public repositories are not allowed";
}

/** Whether any repository of this owner may have runners. */
export function servesOwner(login: string, { owners }: Policy): boolean {
  return owners.some((allowed) => allowed.toLowerCase() === login.toLowerCase());
}
