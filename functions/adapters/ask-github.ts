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

type Limit = {
  readonly what: string;
  readonly failure: GitHubError;
  readonly until: number;
  /** How many others there were right before it. */
  readonly inARow: number;
};

const minute = 60_000;

/**
 * Asks GitHub nothing more on behalf of whom a rate limit met until the time that it named: going on while
 * limited may get the App banned, and a burst would. Where it names none, a minute, and twice as long each
 * time that the next request is met by one again.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export function createAskGitHub(now: () => number): AskGitHub {
  const limits = new Map<string, Limit>();
  return async (who, what, ask) => {
    const limit = limits.get(who);
    if (limit !== undefined && limit.until > now()) throw notAsked(what, limit);
    const inARow = limit === undefined ? 0 : limit.inARow + 1;
    try {
      const answer = await ask();
      if (limit !== undefined && limit === limits.get(who)) limits.delete(who);
      return answer;
    } catch (error) {
      // A setting that is wrong, or an installation that is gone, says so itself.
      if (error instanceof TornadeError) throw error;
      const failure = toGitHubError(error, what, { now: now(), patience: minute * 2 ** inARow });
      const { retryAt: until = 0 } = failure;
      if (until > (limits.get(who)?.until ?? 0)) limits.set(who, { what, failure, until, inARow });
      throw failure;
    }
  };
}

// What GitHub said to another request, about this one.
function notAsked(what: string, { what: asked, failure, until }: Limit): GitHubError {
  const answer = failure.message.slice(`GitHub did not ${asked}: `.length);
  const text = `GitHub was not asked to ${what}, after it answered ${answer}`;
  return new GitHubError(failure.code, text, until);
}
