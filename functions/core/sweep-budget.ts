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

/** Most calls in one pass: 1,800 an hour, of the 5,000 or more that an installation has. */
const mostCalls = 30;

/** How long calls may be begun, in milliseconds: the function has 15 seconds in all. */
const longest = 6_000;

/** The share of an owner's requests that is left to what serves jobs that are known. */
const reserve = 0.2;

/** The budget of a pass that begins now. */
export function createSweepBudget(now: () => number): SweepBudget {
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
      if (left < reserve) short.add(owner);
    },
  };
}
