import { clientIdOf } from "./app-auth.ts";
import { findInstallation, findOwner, findRepository, repositoriesOf } from "./directory.ts";
import { nodeId } from "./identifiers.ts";
import type { Owner, Permissions, Repository } from "./model.ts";
import { peekLimits } from "./rate-limits.ts";
import { type Answer, answerList, type Call, failure, notFound, type Route } from "./route.ts";
import { toRepositoryBody, toUserBody } from "./repository-body.ts";
import type { State } from "./state.ts";
import { issueToken, permits } from "./tokens.ts";
import { apiUrl, toTime, webUrl } from "./urls.ts";

/** What the App asks about itself and its installations, and the tokens it gets. */
export const appRoutes: Readonly<Record<string, Route>> = {
  "GET /app": { access: "app", answer: ({ state }) => ({ status: 200, body: toAppBody(state) }) },
  "GET /app/installations": { access: "app", answer: answerInstallations },
  "GET /rate_limit": { access: "anyone", answer: answerRateLimit },
  "GET /orgs/{org}/installation": {
    access: "app",
    answer: ({ state, parameters }) =>
      answerInstallation(state, findOwner(state, parameters["org"] ?? ""), "Organization"),
  },
  "GET /users/{username}/installation": {
    access: "app",
    answer: ({ state, parameters }) =>
      answerInstallation(state, findOwner(state, parameters["username"] ?? "")),
  },
  "GET /repos/{owner}/{repo}/installation": {
    access: "app",
    answer: ({ state, parameters: { owner = "", repo = "" } }) =>
      answerInstallation(state, findRepository(state, `${owner}/${repo}`)?.owner),
  },
  "POST /app/installations/{installation_id}/access_tokens": {
    access: "app",
    answer: createAccessToken,
  },
};

function answerInstallations(call: Call): Answer {
  const installed = [...call.state.owners.values()].filter((one) => one.installationId);
  const items = installed.map((owner) => toInstallationBody(call.state, owner));
  return answerList(call, "/app/installations", items);
}

function createAccessToken({ state, parameters, body }: Call): Answer {
  const owner = findInstallation(state, Number(parameters["installation_id"]));
  if (owner?.installationId === undefined) return notFound;
  const permissions = readPermissions(state, body["permissions"]);
  if (permissions === undefined) {
    return failure(422, "The permissions requested are not granted to this installation.");
  }
  const chosen = chooseRepositories(repositoriesOf(state, owner), body);
  if (chosen === "unknown") {
    const mistake =
      "There is at least one repository that does not exist or is not accessible to the parent installation.";
    return failure(422, mistake);
  }
  const repositoryIds = chosen === "all" ? undefined : new Set(chosen.map(({ id }) => id));
  const { installationId } = owner;
  const { token, expiresAt } = issueToken(state, { installationId, permissions, repositoryIds });
  const selection =
    chosen === "all"
      ? { repository_selection: "all" }
      : { repository_selection: "selected", repositories: chosen.map(toRepositoryBody) };
  return { status: 201, body: { token, expires_at: toTime(expiresAt), permissions, ...selection } };
}

/** What was asked for, as far as the installation grants it all; everything when nothing was asked for. */
function readPermissions({ permissions: granted }: State, asked: unknown): Permissions | undefined {
  if (typeof asked !== "object" || asked === null) return granted;
  const entries = Object.entries(asked).map(([name, level]: [string, unknown]) => {
    return [name, level === "write" ? "write" : "read"] as const;
  });
  const isGranted = entries.every(([name, level]) => permits(granted, name, level));
  return isGranted ? Object.fromEntries(entries) : undefined;
}

function chooseRepositories(
  repositories: readonly Repository[],
  { repository_ids: ids, repositories: names }: Call["body"],
): readonly Repository[] | "all" | "unknown" {
  const wanted: readonly unknown[] = [ids, names].flatMap((list: unknown) => list ?? []);
  if (ids === undefined && names === undefined) return "all";
  const chosen = wanted.map((one) =>
    repositories.find(({ id, name }) => one === id || one === name),
  );
  const found = chosen.filter((repository) => repository !== undefined);
  return found.length === chosen.length ? found : "unknown";
}

function answerInstallation(state: State, owner: Owner | undefined, type = owner?.type): Answer {
  if (owner?.installationId === undefined || owner.type !== type) return notFound;
  return { status: 200, body: toInstallationBody(state, owner) };
}

function toInstallationBody({ app, permissions, events }: State, owner: Owner): object {
  const id = owner.installationId ?? 0;
  return {
    id,
    client_id: clientIdOf(app),
    account: toUserBody(owner),
    repository_selection: "all",
    access_tokens_url: `${apiUrl}/app/installations/${id}/access_tokens`,
    repositories_url: `${apiUrl}/installation/repositories`,
    html_url: `${webUrl}/organizations/${owner.login}/settings/installations/${id}`,
    app_id: app.id,
    app_slug: "tornade",
    target_id: owner.id,
    target_type: owner.type,
    permissions,
    events,
    created_at: toTime(0),
    updated_at: toTime(0),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

/** The App as GitHub shows it to itself, and beside what it has made. */
export function toAppBody({ app, permissions, events, owners }: State): object {
  const [owner] = owners.values();
  return {
    id: app.id,
    client_id: clientIdOf(app),
    slug: "tornade",
    node_id: nodeId("App", app.id),
    owner: owner === undefined ? null : toUserBody(owner),
    name: "tornade",
    description: null,
    external_url: webUrl,
    html_url: `${webUrl}/apps/tornade`,
    created_at: toTime(0),
    updated_at: toTime(0),
    permissions,
    events,
    installations_count: [...owners.values()].filter((one) => one.installationId).length,
  };
}

function answerRateLimit({ state, who }: Call): Answer {
  const { headers } = peekLimits(state, who);
  const core = {
    limit: Number(headers["x-ratelimit-limit"]),
    used: Number(headers["x-ratelimit-used"]),
    remaining: Number(headers["x-ratelimit-remaining"]),
    reset: Number(headers["x-ratelimit-reset"]),
  };
  return { status: 200, body: { resources: { core, search: core }, rate: core } };
}
