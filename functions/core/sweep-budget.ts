import { GitHubError, type GitHubErrorCode } from "./github-error.ts";

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

/** How many calls a pass makes for either purpose: 1,800 an hour, and an installation has 5,000 or more. */
const mostCalls = 30;

/** The share of an owner's requests that is left to what serves known jobs. */
const reserves = {
  /** Of looking into repositories that are known to be active. */
  active: 0.2,
  /** Of finding those that became active without our knowing. */
  news: 0.5,
} as const;

/** How long calls may be begun, in milliseconds: the function has 15 seconds in all. */
const longest = 6_000;

/** The budget of a pass that begins now. */
export function createSweepBudget(now: () => number, purpose: keyof typeof reserves): SweepBudget {
  const until = now() + longest;
  const short = new Set<string>();
  let calls = mostCalls;
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
      if (left < reserves[purpose]) short.add(owner);
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

/** Refusals of what was asked for; whom GitHub does not believe, it refuses everything. */
const refusals: ReadonlySet<unknown> = new Set<GitHubErrorCode>([
  "GitHubRefused",
  "InstallationGone",
]);

/** Whether GitHub would say the same of this if it were asked again, and may say another of the rest. */
export function isRefused(error: unknown): boolean {
  return error instanceof GitHubError && refusals.has(error.code);
}
