import type { RateWindow, State } from "./state.ts";

/** What a request left of the limits it counts against. */
export type Allowance = {
  /** Which of the two limits it ran into, if any. */
  readonly exceeded: "primary" | "secondary" | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

const hour = 3_600_000;
const minute = 60_000;

/**
 * Counts one request of `who`: against the hour's requests of its installation,
 * and against the minute's points of the endpoint.
 */
export function countRequest(state: State, who: string, endpoint: string): Allowance {
  const primary = count(state, { key: who, cost: 1, length: hour });
  const headers = limitHeaders(primary, state.requestsPerHour);
  if (primary.used > state.requestsPerHour) return { exceeded: "primary", headers };
  const cost = endpoint.startsWith("GET ") ? 1 : 5;
  const secondary = count(state, { key: `${who} ${endpoint}`, cost, length: minute });
  if (secondary.used <= state.pointsPerMinute) return { exceeded: undefined, headers };
  return { exceeded: "secondary", headers: { ...headers, "retry-after": "60" } };
}

/** Where `who` stands, without counting: `GET /rate_limit` is free. */
export function peekLimits(state: State, who: string): Allowance {
  const window = count(state, { key: who, cost: 0, length: hour });
  return { exceeded: undefined, headers: limitHeaders(window, state.requestsPerHour) };
}

function count(
  { timeline, rateWindows }: State,
  { key, cost, length }: { readonly key: string; readonly cost: number; readonly length: number },
): RateWindow {
  const now = timeline.now();
  const known = rateWindows.get(key);
  const open =
    known !== undefined && known.endsAt > now ? known : { endsAt: now + length, used: 0 };
  const window = { ...open, used: open.used + cost };
  rateWindows.set(key, window);
  return window;
}

function limitHeaders({ endsAt, used }: RateWindow, limit: number): Allowance["headers"] {
  return {
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(Math.max(0, limit - used)),
    "x-ratelimit-used": String(Math.min(limit, used)),
    "x-ratelimit-reset": String(Math.ceil(endsAt / 1000)),
    "x-ratelimit-resource": "core",
  };
}
