import { findOwner, findRepository } from "./directory.ts";
import type { InstallationToken, Owner, Repository } from "./model.ts";
import type { State } from "./state.ts";
import { permits, reaches } from "./tokens.ts";
import { apiUrl } from "./urls.ts";

/** A request that has been authenticated, counted and checked against the API description. */
export type Call = {
  readonly state: State;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whose rate limit the request counts against. */
  readonly who: string;
};

/** What a route answers; the error body's documentation link is added by the front. */
export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** How an operation is answered, and who may ask. */
export type Route =
  | { readonly access: "app" | "anyone"; readonly answer: (call: Call) => Answer }
  | {
      readonly access: "installation";
      readonly answer: (call: Call, token: InstallationToken) => Answer;
    };

/** A permission and its level, e.g. `["actions", "read"]`. */
export type Need = readonly [name: string, level: "read" | "write"];

/** An error with GitHub's message. */
export function failure(status: number, message: string): Answer {
  return { status, body: { message } };
}

/** GitHub's answer to what does not exist, and to what the caller may not know to exist. */
export const notFound = failure(404, "Not Found");

/** GitHub's answer to a token without the permission. */
export const notAccessible = failure(403, "Resource not accessible by integration");

/** A route about one repository: answered for tokens that reach it and permit what is needed. */
export function forRepository(
  [name, level]: Need,
  answer: (call: Call, repository: Repository) => Answer,
): Route {
  return {
    access: "installation",
    answer: (call, token) => {
      const { owner = "", repo = "" } = call.parameters;
      const repository = findRepository(call.state, `${owner}/${repo}`);
      if (repository === undefined) return notFound;
      if (!reaches(token, repository)) return repository.private ? notFound : notAccessible;
      return permits(token.permissions, name, level) ? answer(call, repository) : notAccessible;
    },
  };
}

/** A route about one organization: answered for tokens of its installation that permit what is needed. */
export function forOrganization(
  [name, level]: Need,
  answer: (call: Call, owner: Owner) => Answer,
): Route {
  return {
    access: "installation",
    answer: (call, token) => {
      const owner = findOwner(call.state, call.parameters["org"] ?? "");
      if (owner?.type !== "Organization") return notFound;
      const isOwn = owner.installationId === token.installationId;
      return isOwn && permits(token.permissions, name, level) ? answer(call, owner) : notAccessible;
    },
  };
}

/** One page of a list, in an object that says how many there are in all. */
export function answerPage(
  call: Pick<Call, "query" | "parameters">,
  path: string,
  list: { readonly key: string; readonly items: readonly object[] },
): Answer {
  const { body, ...answer } = answerList(call, path, list.items);
  return { ...answer, body: { total_count: list.items.length, [list.key]: body } };
}

/** One page of a bare list, as `page` and `per_page` ask for it, with the link to the next. */
export function answerList(
  { query, parameters }: Pick<Call, "query" | "parameters">,
  path: string,
  items: readonly object[],
): Answer {
  const size = pageSize(query);
  const page = Math.max(1, Number(query["page"] ?? 1));
  const body = items.slice((page - 1) * size, page * size);
  if (page * size >= items.length) return { status: 200, body };
  const next = new URLSearchParams({ ...query, per_page: String(size), page: String(page + 1) });
  const filled = path.replaceAll(/\{(\w+)\}/gu, (_match, name: string) => parameters[name] ?? "");
  const link = `<${apiUrl}${filled}?${next.toString()}>; rel="next"`;
  return { status: 200, body, headers: { link } };
}

/** At most 100 items a page, 30 unless asked for otherwise. */
export function pageSize(query: Call["query"]): number {
  return Math.min(100, Math.max(1, Number(query["per_page"] ?? 30)));
}
