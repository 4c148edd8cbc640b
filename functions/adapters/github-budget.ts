import { readLeft } from "./github-answers.ts";
import { readRunnerPrefix } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";

/** What GitHub says is left of an installation's requests, looked at in passing. */
export type GitHubBudget = {
  /** The surroundings, in which every answer of GitHub is looked at. */
  readonly surroundings: Surroundings;
  /** Writes down the smallest share since it was told last; nothing where GitHub was not asked. */
  readonly tell: () => void;
};

/** Looks at all answers of GitHub, whoever asks, for the share of its requests that is left. */
export function watchGitHubBudget(surroundings: Surroundings): GitHubBudget {
  const { env, fetch, log, now } = surroundings;
  const stack = readRunnerPrefix(env);
  let smallest: number | undefined;
  return {
    surroundings: {
      ...surroundings,
      fetch: async (url, options) => {
        const response = await fetch(url, options);
        const left = readLeft({ headers: Object.fromEntries(response.headers) });
        smallest = Math.min(left, smallest ?? 1);
        return response;
      },
    },
    tell: () => {
      if (smallest === undefined) return;
      const figures = { GitHubBudgetLeft: Math.round(smallest * 1_000) / 10 };
      log.info("GitHub requests left", {}, { at: now(), stack, figures });
      smallest = undefined;
    },
  };
}
