import { TornadeError } from "../core/errors.ts";
import { GitHubError } from "../core/github-error.ts";
import { toGitHubError } from "./github-failure.ts";

/**
 * Asks GitHub on behalf of `who`: an owner, or the App itself; `what` says in an error what GitHub did not
 * do. @throws {GitHubError} when it did not, or wants to be left alone by them for now
 */
export type AskGitHub = <T>(who: string, what: string, ask: () => Promise<T>) => Promise<T>;

/** Whose limit it is where the App asks as itself; no owner is called so. */
export const appItself = "";

/**
 * Asks GitHub nothing more for anybody until the time that a rate limit named: going on while limited
 * may get the App banned, and a burst would.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function createAskGitHub(now: () => number): AskGitHub {
  const limits = new Map<string, GitHubError>();
  return async (who, what, ask) => {
    const limit = limits.get(who);
    if (limit?.retryAt !== undefined && limit.retryAt > now()) throw notAsked(what, limit);
    limits.delete(who);
    try {
      return await ask();
    } catch (error) {
      // A setting that is wrong, or an installation that is gone, says so itself.
      if (error instanceof TornadeError) throw error;
      const failure = toGitHubError(error, what, now());
      if (failure.retryAt !== undefined) limits.set(who, failure);
      throw failure;
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
