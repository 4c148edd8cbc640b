import { GitHubError } from "../core/github-error.ts";
import type { SendCall } from "./github-caller.ts";

/**
 * Asks GitHub nothing more for an owner until the time that a rate limit named: going on while limited
 * may get the App banned, and a burst would.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function obeyRateLimits(send: SendCall, now: () => number): SendCall {
  const limits = new Map<string, GitHubError>();
  return async (what, registrar, call) => {
    const { owner } = registrar.repository;
    const limit = limits.get(owner);
    if (limit?.retryAt !== undefined && limit.retryAt > now()) throw notAsked(what, limit);
    limits.delete(owner);
    try {
      return await send(what, registrar, call);
    } catch (error) {
      if (error instanceof GitHubError && error.retryAt !== undefined) limits.set(owner, error);
      throw error;
    }
  };
}

// What GitHub said to another request, about this one.
function notAsked(what: string, { code, message, retryAt }: GitHubError): GitHubError {
  const [, answer = message] = /^GitHub did not .*?: (\d{3} .*)$/su.exec(message) ?? [];
  return new GitHubError(
    code,
    `GitHub was not asked to ${what}, after it answered ${answer}`,
    retryAt,
  );
}
