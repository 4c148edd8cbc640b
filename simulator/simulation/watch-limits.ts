import type { WireResponse } from "../wire.ts";
import type { AnsweredCall } from "./contract.ts";

/** Knows how long GitHub has asked its callers to wait. */
export type LimitWatch = {
  readonly onCall: (call: AnsweredCall) => void;
  /** Until when nobody who heard of it may ask GitHub anything, in milliseconds since the epoch. */
  readonly limitedUntil: () => number;
};

/** Nobody has been asked to wait yet. */
export function watchLimits(): LimitWatch {
  let until = 0;
  return {
    onCall: ({ service, at, answer }) => {
      if (service !== "github" || (answer?.status !== 403 && answer?.status !== 429)) return;
      until = Math.max(until, readEnd(answer, at));
    },
    limitedUntil: () => until,
  };
}

// Who is not told when has to wait for a minute at least.
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
function readEnd({ headers, body }: WireResponse, at: number): number {
  const {
    "retry-after": after,
    "x-ratelimit-remaining": left,
    "x-ratelimit-reset": reset,
  } = headers;
  if (after !== undefined) return at + Number(after) * 1_000;
  if (left === "0") return Number(reset) * 1_000;
  return body.includes("rate limit") ? at + 60_000 : 0;
}
