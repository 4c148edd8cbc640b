import type { Origin } from "../core/job.ts";
import { type AskGitHub, createAskGitHub } from "./ask-github.ts";
import { askWithToken } from "./ask-with-token.ts";
import { createGitHubApp, type GitHubApp } from "./github-app.ts";
import type { GitHubCredentials } from "./github-credentials.ts";
import { statusOf } from "./github-failure.ts";
import { type Answer, createGitHubRequest, type GitHubRequest } from "./github-request.ts";
import { createGitHubTokens, type Permission } from "./github-tokens.ts";
import type { Refreshed } from "./refreshed.ts";
import type { Surroundings } from "./surroundings.ts";

/** One request to GitHub as an installation of the App. */
export type Call = {
  readonly permission: Permission;
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Statuses besides 2xx that are answers, not failures; no data and no headers come with these. */
  readonly expected?: readonly number[];
};

/** A repository as routes name it. */
export function repositoryNames({ repository: { fullName, owner } }: Origin): {
  readonly owner: string;
  readonly repo: string;
} {
  return { owner, repo: fullName.slice(fullName.indexOf("/") + 1) };
}

/** Sends a call; `what` says in an error what GitHub did not do. @throws {GitHubError} */
export type SendCall = (what: string, origin: Origin, call: Call) => Promise<Answer>;

/** GitHub as a function asks it: what one part learns of tokens, clocks and limits, all go by. */
export type GitHubClient = {
  readonly app: GitHubApp;
  readonly request: GitHubRequest;
  /** Asks within the limits of whom it is for. */
  readonly ask: AskGitHub;
  /** Calls within the limits of the owner it is for, with the narrowest token that does. */
  readonly call: SendCall;
};

/** Where GitHub is, and as whom it is asked. */
export type GitHubClientOptions = {
  /** E.g. `https://api.github.com`, `https://api.acme.ghe.com` or `https://ghes.acme.com/api/v3`. */
  readonly apiUrl: string;
  readonly credentials: Refreshed<GitHubCredentials>;
};

/** The one client that a function has of GitHub. */
export function createGitHubClient(
  surroundings: Surroundings,
  { apiUrl, credentials }: GitHubClientOptions,
): GitHubClient {
  const request = createGitHubRequest(surroundings, apiUrl);
  const app = createGitHubApp({ surroundings, credentials, request });
  const ask = createAskGitHub(surroundings.now);
  return { app, request, ask, call: createSendCall({ app, request, ask }, apiUrl) };
}

function createSendCall(
  { app, request, ask }: Omit<GitHubClient, "call">,
  apiUrl: string,
): SendCall {
  const getToken = createGitHubTokens(app);
  const send = async (call: Call, authorization: string): Promise<Answer> => {
    const headers = { authorization };
    try {
      const answer = await request(call.route, { ...call.parameters, headers });
      const moved = readMoved(answer, apiUrl);
      if (moved === undefined) return rejectRedirection(answer);
      const { method, body } = repeat(call);
      return rejectRedirection(await request({ method, url: moved, ...body, headers }));
    } catch (error) {
      const status = statusOf(error);
      if (call.expected?.includes(status) === true) return { status, data: undefined, headers: {} };
      throw error;
    }
  };
  return async (what, origin, call) =>
    ask(origin.repository.owner, what, async () =>
      askWithToken(
        async (known) => getToken(origin, call.permission, known),
        async (authorization) => send(call, authorization),
      ),
    );
}

// A repository or owner that was renamed: GitHub tells where it is now, and Octokit hands that on as an
// answer. The token is shown to nobody but the same GitHub.
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
function readMoved({ status, headers }: Answer, apiUrl: string): string | undefined {
  const { location } = headers;
  if (status < 300 || typeof location !== "string" || !URL.canParse(location)) return undefined;
  return new URL(location).origin === new URL(apiUrl).origin ? location : undefined;
}

// What is not in the address goes along once more; that of a GET is in the new one.
function repeat({ route, parameters }: Call) {
  const [method = "GET"] = route.split(" ");
  const rest = Object.entries(parameters).filter(([name]) => !route.includes(`{${name}}`));
  return { method, body: method === "POST" ? Object.fromEntries(rest) : {} };
}

// What was moved twice, or elsewhere: nothing was done, and nothing is in it.
function rejectRedirection(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  throw Object.assign(new Error("the repository or its owner has another name now"), {
    status: answer.status,
  });
}
