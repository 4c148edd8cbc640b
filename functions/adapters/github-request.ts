import { request } from "@octokit/request";

import type { FetchResponse } from "./node-fetch.ts";
import type { Surroundings } from "./surroundings.ts";

/** Octokit's `request`, bound to one GitHub. */
export type GitHubRequest = typeof request;

/** The part of an answer that is looked at. */
export type Answer = {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** Makes the carrier of all requests to GitHub; global `fetch` is never used. */
export function createGitHubRequest(surroundings: Surroundings, apiUrl: string): GitHubRequest {
  return request.defaults({
    baseUrl: apiUrl,
    headers: { "user-agent": "tornade", "x-github-api-version": "2022-11-28" },
    request: {
      fetch: async (...question: Parameters<Surroundings["fetch"]>) =>
        rejectForeign(await surroundings.fetch(...question)),
    },
  });
}

// What a proxy says in GitHub's place would be taken for a success wherever nobody reads the answer.
function rejectForeign(response: FetchResponse): FetchResponse {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "json";
  if (status === 204 || status >= 300 || /json/iu.test(type)) return response;
  throw new Error(`answer should be JSON, got ${type}`);
}
