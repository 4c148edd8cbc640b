import type { Violation } from "./contract.ts";

/** A number of jobs with which something was found that must never be, and what it was. */
export type Smallest = { readonly jobs: number; readonly violated: Violation };

/** Tries a number of jobs; `queued` says how many of them were there when it ended. */
export type Try = (
  jobs: number,
) => Promise<{ readonly violated: Violation | undefined; readonly queued: number }>;

/** Each try is a whole run. */
const mostTries = 8;

/**
 * Looks for the fewest jobs that still fail, by halving what lies between those that fail and those
 * that do not. Fewer jobs may fail where more do not: what is found is small, not always the smallest.
 */
export async function findSmallest(known: Smallest, attempt: Try): Promise<Smallest> {
  let failing = known;
  let holding = 0;
  for (let tries = 0; tries < mostTries && failing.jobs - holding > 1; tries += 1) {
    const jobs = Math.floor((failing.jobs + holding) / 2);
    const { violated, queued } = await attempt(jobs);
    if (violated === undefined) holding = jobs;
    else failing = { jobs: Math.min(jobs, Math.max(1, queued)), violated };
  }
  return failing;
}
