import { GitHubError } from "../core/github-error.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** The part of an Octokit `RequestError` that is looked at; everything else may hold secrets. */
type Failure = {
  readonly status: number;
  readonly message: string;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** The present, and for how long GitHub is left alone where it limits without naming a time, in ms. */
type At = { readonly now: number; readonly patience: number };

/** What GitHub's failure to do `what` means, as an error that says nothing secret. */
export function toGitHubError(error: unknown, what: string, at: At): GitHubError {
  const { status, message, headers } = readFailure(error);
  const requestId = headers["x-github-request-id"];
  const trace = typeof requestId === "string" ? ` (request ${requestId})` : "";
  const text = `GitHub did not ${what}: ${status} ${withoutSecrets(message)}${trace}`;
  const retryAt = readRetryAt({ status, message, headers }, at);
  if (retryAt !== undefined) return new GitHubError("GitHubRateLimited", text, retryAt);
  if (status >= 500 || status === 408) return new GitHubError("GitHubUnavailable", text);
  if (status === 401) return new GitHubError("CredentialsRefused", text);
  if (status === 409) return new GitHubError("GitHubConflict", text);
  return new GitHubError("GitHubRefused", text);
}

/** The HTTP status of a failed request; 500 where there was no answer. */
export function statusOf(error: unknown): number {
  return readFailure(error).status;
}

/** How many seconds GitHub's clock is ahead of `now`, told by a failed request. */
export function readClockSkew(error: unknown, now: number): number {
  const { date } = readFailure(error).headers;
  const at = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) ? 0 : Math.round((at - now) / 1_000);
}

function readFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { status: 500, message: String(error), headers: {} };
  const status = "status" in error && typeof error.status === "number" ? error.status : 500;
  const response = "response" in error ? error.response : undefined;
  return { status, message: error.message, headers: readHeaders(response) };
}

function readHeaders(response: unknown): Readonly<Record<string, unknown>> {
  if (typeof response !== "object" || response === null || !("headers" in response)) return {};
  const { headers } = response;
  return typeof headers === "object" && headers !== null ? { ...headers } : {};
}

/** GitHub counts by the hour: a later time is somebody else's mistake, and would silence us for ever. */
const longestLimit = 3_600_000;

function readRetryAt(failure: Failure, at: At): number | undefined {
  const retryAt = readLimit(failure, at);
  return retryAt === undefined ? undefined : Math.min(retryAt, at.now + longestLimit);
}

// GitHub's rules: `retry-after`, else the reset of an exhausted budget, else a minute at least, and
// exponentially longer from then on. Nor does it name a time after too many wrong keys, when it refuses
// right ones as well.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
// https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#failed-login-limit
function readLimit(
  { status, message, headers }: Failure,
  { now, patience }: At,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const retryAfter = readSeconds(headers["retry-after"]);
  if (retryAfter !== undefined) return now + retryAfter * 1_000;
  const reset = readSeconds(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && reset !== undefined) {
    return Math.max(now, reset * 1_000);
  }
  return status === 429 || /rate limit|login attempts/iu.test(message) ? now + patience : undefined;
}

function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : undefined;
}
