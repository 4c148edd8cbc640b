import { checkAppJwt } from "./app-auth.ts";
import type { InstallationToken } from "./model.ts";
import { type Answer, failure } from "./route.ts";
import type { State } from "./state.ts";
import { findToken } from "./tokens.ts";

/** Who sent a request: the App itself (no token), or the App as one of its installations. */
export type Caller = {
  /** Whose rate limit it counts against, in GitHub's words. */
  readonly who: string;
  readonly token: InstallationToken | undefined;
};

/** Reads the `authorization` header; an answer means that the request is refused. */
export function authenticate(state: State, authorization: string | undefined): Caller | Answer {
  const [, scheme = "", credentials = ""] = /^(\w+) +(\S+)$/u.exec(authorization ?? "") ?? [];
  if (authorization === undefined) return failure(401, "Requires authentication");
  if (!["bearer", "token"].includes(scheme.toLowerCase())) return failure(401, "Bad credentials");
  return credentials.startsWith("ghs_")
    ? authenticateInstallation(state, credentials)
    : authenticateApp(state, credentials);
}

function authenticateInstallation(state: State, credentials: string): Caller | Answer {
  const token = findToken(state, credentials);
  if (token === undefined) return failure(401, "Bad credentials");
  return { who: `installation ID ${token.installationId}`, token };
}

function authenticateApp({ app, timeline }: State, credentials: string): Caller | Answer {
  if (credentials.split(".").length !== 3) return failure(401, "Bad credentials");
  const refusal = checkAppJwt(app, credentials, timeline.now());
  if (refusal !== undefined) return failure(refusal.status, refusal.message);
  return { who: `app ID ${app.id}`, token: undefined };
}
