import type { FetchHeaders, FetchResponse } from "../functions/adapters/node-fetch.ts";
import type { WireResponse, WireService } from "./wire.ts";

/** What the HTTP clients of tornade use of a fetch request. */
export type InProcessRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** `fetch` as far as Octokit needs it. */
export type InProcessFetch = (
  url: string | URL,
  request?: InProcessRequest,
) => Promise<FetchResponse>;

/**
 * A `fetch` that asks a simulated service directly, without a socket.
 * `pathPrefix` is what the base URL has before the service's own paths, e.g. `/api/v3`.
 */
export function createInProcessFetch(
  handle: WireService,
  options: { readonly pathPrefix?: string } = {},
): InProcessFetch {
  const { pathPrefix = "" } = options;
  return async (url, request = {}) => {
    const { pathname, search, href, host } = new URL(url);
    const path = pathname.startsWith(pathPrefix) ? pathname.slice(pathPrefix.length) : pathname;
    const answer = await handle({
      method: (request.method ?? "GET").toUpperCase(),
      path: `${path}${search}`,
      headers: { host, ...lowerCaseNames(request.headers ?? {}) },
      body: readBody(request.body),
    });
    return toFetchResponse(href, answer);
  };
}

function lowerCaseNames(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const lower: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value;
  return lower;
}

function readBody(body: unknown): string {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return body;
  throw new Error(`the request body is of type ${typeof body}; only text is understood`);
}

function toFetchResponse(url: string, { status, headers, body }: WireResponse): FetchResponse {
  return {
    url,
    status,
    headers: toFetchHeaders(lowerCaseNames(headers)),
    text: async () => body,
    arrayBuffer: async () => new TextEncoder().encode(body).buffer,
  };
}

// The global `Headers` check every name and value, for the same answers.
function toFetchHeaders(headers: Readonly<Record<string, string>>): FetchHeaders {
  return {
    get: (name) => headers[name.toLowerCase()],
    [Symbol.iterator]: () => Object.entries(headers)[Symbol.iterator](),
  };
}
