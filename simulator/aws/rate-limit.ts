import type { Timeline } from "../timeline.ts";

/** A token bucket. */
export type RateLimit = {
  /** Takes `count` tokens if that many are there. */
  readonly tryTake: (count?: number) => boolean;
};

/** A full bucket of `burst` tokens that refills at `perSecond`. */
export function createRateLimit(
  timeline: Timeline,
  limits: { readonly perSecond: number; readonly burst: number },
): RateLimit {
  let tokens = limits.burst;
  let filledAt = timeline.now();
  return {
    tryTake: (count = 1) => {
      const now = timeline.now();
      tokens = Math.min(limits.burst, tokens + ((now - filledAt) / 1000) * limits.perSecond);
      filledAt = now;
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
}
