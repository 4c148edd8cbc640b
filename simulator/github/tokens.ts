import { type Random, randomBase64 } from "./identifiers.ts";
import type { InstallationToken, Permissions, Repository } from "./model.ts";
import type { State } from "./state.ts";

const lifeMilliseconds = 3_600_000;

/** Gives out an installation token that is good for an hour. */
export function issueToken(
  state: State,
  grant: Pick<InstallationToken, "installationId" | "permissions" | "repositoryIds">,
): InstallationToken {
  const token = newToken(state.app.id, state.random);
  const issued = { ...grant, token, expiresAt: state.timeline.now() + lifeMilliseconds };
  state.tokens.set(token, issued);
  return issued;
}

/** What the token stands for while it is good. */
export function findToken(state: State, token: string): InstallationToken | undefined {
  const found = state.tokens.get(token);
  return found !== undefined && found.expiresAt > state.timeline.now() ? found : undefined;
}

/** Whether permissions `granted` cover `level` of `name`. */
export function permits(granted: Permissions, name: string, level: "read" | "write"): boolean {
  return granted[name] === "write" || granted[name] === level;
}

/** Whether the token reaches this repository of its installation. */
export function reaches(token: InstallationToken, repository: Repository): boolean {
  if (token.installationId !== repository.owner.installationId) return false;
  return token.repositoryIds?.has(repository.id) ?? true;
}

/** The stateless form of April 2026: about 520 characters, with the dots of a JSON web token. */
function newToken(appId: number, random: Random): string {
  const part = (bytes: number): string =>
    Buffer.from(randomBase64(random, bytes), "base64").toString("base64url");
  return `ghs_${appId}_${part(27)}.${part(260)}.${part(90)}`;
}
