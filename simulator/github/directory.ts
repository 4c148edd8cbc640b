import { type Owner, type Repository, sameName } from "./model.ts";
import type { State } from "./state.ts";

/** What a test or the demo says about a repository that is to exist. */
export type NewRepository = {
  /** `owner/name` */
  readonly fullName: string;
  /** @default true */
  readonly private?: boolean;
  /** @default "Organization" */
  readonly ownerType?: Owner["type"];
  readonly id?: number;
  /** The number of the App's installation at this owner; one is made up where there is none. */
  readonly installationId?: number;
};

/** When every repository was made, and pushed to for the first time. */
const repositoriesMadeAt = Date.UTC(2026, 0, 1);

/** Makes a repository, and where it is new its owner, with the App installed there. */
export function addRepository(state: State, added: NewRepository): Repository {
  const [login = "", name = "", ...rest] = added.fullName.split("/");
  if (login === "" || name === "" || rest.length > 0) {
    throw new Error(`'${added.fullName}' is not the full name of a repository; use owner/name`);
  }
  const owner = addOwner(state, login, added);
  const repository = {
    id: added.id ?? state.nextId.account(),
    name,
    fullName: `${owner.login}/${name}`,
    private: added.private ?? true,
    pushedAt: repositoriesMadeAt,
  };
  state.repositories.set(added.fullName.toLowerCase(), repository);
  return { ...repository, owner };
}

function addOwner(state: State, login: string, added: NewRepository): Owner {
  const known = findOwner(state, login);
  const installationId = added.installationId ?? known?.installationId;
  const owner: Owner = {
    id: known?.id ?? state.nextId.account(),
    login: known?.login ?? login,
    type: known?.type ?? added.ownerType ?? "Organization",
    installationId: installationId ?? state.nextId.installation(),
  };
  state.owners.set(login.toLowerCase(), owner);
  return owner;
}

/** The owner of that login, in whatever case. */
export function findOwner(state: State, login: string): Owner | undefined {
  return state.owners.get(login.toLowerCase());
}

/** The repository of that full name, in whatever case. */
export function findRepository(state: State, fullName: string): Repository | undefined {
  const repository = state.repositories.get(fullName.toLowerCase());
  const owner = findOwner(state, fullName.split("/")[0] ?? "");
  return repository === undefined || owner === undefined ? undefined : { ...repository, owner };
}

/** The owner who has the App installed under this number. */
export function findInstallation(state: State, installationId: number): Owner | undefined {
  return [...state.owners.values()].find((owner) => owner.installationId === installationId);
}

/** Something was pushed to the repository: nothing else moves that time, a re-run or schedule does not. */
export function recordPush({ repositories, timeline }: State, fullName: string): void {
  const key = fullName.toLowerCase();
  const repository = repositories.get(key);
  if (repository === undefined) return;
  repositories.set(key, { ...repository, pushedAt: timeline.now() });
}

/** All repositories of an owner: each installation covers them all. */
export function repositoriesOf(state: State, owner: Owner): readonly Repository[] {
  return [...state.repositories.keys()]
    .flatMap((fullName) => findRepository(state, fullName) ?? [])
    .filter((repository) => sameName(repository.owner.login, owner.login));
}

/** Uninstalls the App: its tokens for this owner end, the installation's number is never used again. */
export function removeInstallation(state: State, login: string): void {
  const owner = findOwner(state, login);
  if (owner === undefined) return;
  const { installationId, ...rest } = owner;
  state.owners.set(login.toLowerCase(), rest);
  for (const [key, token] of state.tokens) {
    if (token.installationId === installationId) state.tokens.delete(key);
  }
}
