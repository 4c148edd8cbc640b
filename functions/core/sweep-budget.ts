import { GitHubError } from "./github-error.ts";

/** What one pass of the sweep may ask of GitHub. */
export type SweepBudget = {
  /** Takes one call to an owner's installation; false: it may not be made. */
  readonly take: (owner: string) => boolean;
  /** The share, from 0 to 1, that GitHub said is left of an owner's requests. */
  readonly note: (owner: string, left: number) => void;
  /** Nobody is to be asked anything more in this pass. */
  readonly stop: () => void;
  /** Whether no call to anybody may be made any more. */
  readonly isSpent: () => boolean;
};

/**
 * What a pass may use for either purpose: how many calls (an hour has sixty passes, and an installation
 * 5,000 requests or more), and the share of an owner's requests that is left to what serves known jobs.
 */
const purposes = {
  /** 1,800 calls an hour at most, for repositories that are known to be active. */
  active: { mostCalls: 30, reserve: 0.2 },
  /** 1,200 calls an hour at most, to find repositories that became active without our knowing. */
  news: { mostCalls: 20, reserve: 0.5 },
} as const;

/** How long calls may be begun, in milliseconds: the function has 15 seconds in all. */
const longest = 6_000;

/** The budget of a pass that begins now. */
export function createSweepBudget(now: () => number, purpose: keyof typeof purposes): SweepBudget {
  const { mostCalls, reserve } = purposes[purpose];
  const until = now() + longest;
  const short = new Set<string>();
  let calls: number = mostCalls;
  const isSpent = () => calls === 0 || now() >= until;
  return {
    isSpent,
    take: (owner) => {
      if (isSpent() || short.has(owner)) return false;
      calls -= 1;
      return true;
    },
    stop: () => {
      calls = 0;
    },
    note: (owner, left) => {
      if (left < reserve) short.add(owner);
    },
  };
}

/**
 * What a question that was not answered means for the rest of the pass. A limit is the owner's, a
 * refusal concerns what was asked for; anything else would meet all others as well, and waiting for it
 * would use up the time of the pass.
 */
export function heedFailure(error: unknown, owner: string, budget: SweepBudget): void {
  if (error instanceof GitHubError && error.code === "GitHubRateLimited") budget.note(owner, 0);
  else if (!isRefused(error)) budget.stop();
}

/** Whether GitHub would say the same if it were asked again. */
export function isRefused(error: unknown): boolean {
  return error instanceof GitHubError && !error.retryable;
}
