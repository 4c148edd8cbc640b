import type { Repository } from "./job.ts";
import type { Installation } from "./cursor-item.ts";
import type { Page } from "./open-runs.ts";

/** A repository as GitHub lists it for an installation. */
export type ListedRepository = {
  readonly repository: Repository;
  /** When something was last pushed to any of its branches, in milliseconds since the epoch. */
  readonly pushedAt: number;
};

/** One page of the repositories of an installation, without those that cannot have jobs. */
export type RepositoryPage = Page<ListedRepository> & {
  /** How many repositories the installation has in all. */
  readonly total: number;
};

/** Installations as listed, and whether others were left out for want of time. */
export type ListedInstallations = {
  readonly installations: readonly Installation[];
  readonly isCut: boolean;
};

/** Where the App is installed. Every method may throw a {@link GitHubError}. */
export interface Installations {
  /** The installations that are not suspended; none on a page that would be asked for after `until`. */
  list(until: number): Promise<ListedInstallations>;
  /** The repositories on one page, counted from 1. */
  listRepositories(installation: Installation, page: number): Promise<RepositoryPage>;
}
