import { GitHubError } from "../core/github-error.ts";
import type { SendCall } from "./github-caller.ts";

/**
 * Asks on behalf of somebody whose limit it is, an owner or the App itself, unless GitHub wants to be left
 * alone by them; `what` says in an error what GitHub was not asked to do.
 */
export type WithinLimits = <T>(who: string, what: string, ask: () => Promise<T>) => Promise<T>;

/** Whose limit it is where the App asks as itself; no owner is called so. */
export const appItself = "";

/**
 * Asks GitHub nothing more for anybody until the time that a rate limit named: going on while limited
 * may get the App banned, and a burst would.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function rememberLimits(now: () => number): WithinLimits {
  const limits = new Map<string, GitHubError>();
  return async (who, what, ask) => {
    const limit = limits.get(who);
    if (limit?.retryAt !== undefined && limit.retryAt > now()) throw notAsked(what, limit);
    limits.delete(who);
    try {
      return await ask();
    } catch (error) {
      if (error instanceof GitHubError && error.retryAt !== undefined) limits.set(who, error);
      throw error;
    }
  };
}

/** Sends calls within the limits of the owners they are for. */
export function obeyRateLimits(send: SendCall, now: () => number): SendCall {
  const withinLimits = rememberLimits(now);
  return async (what, registrar, call) =>
    withinLimits(registrar.repository.owner, what, async () => send(what, registrar, call));
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
