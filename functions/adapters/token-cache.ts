/** How long before its end a token is no longer used, in milliseconds. */
const margin = 60_000;

/** What auth-app asks of a cache: entries are texts, and "" means none. */
export type TokenCache = {
  readonly get: (key: string) => string;
  readonly set: (key: string, entry: string) => void;
  /** Gives the token to nobody any more. */
  readonly forget: (token: string) => void;
};

/**
 * Keeps the tokens of auth-app until a minute before their end, by the clock given: its own cache goes
 * by the clock of the process and by a fixed time.
 */
export function createTokenCache(now: () => number): TokenCache {
  const entries = new Map<string, string>();
  return {
    get: (key) => {
      const entry = entries.get(key) ?? "";
      return endOf(entry) - margin > now() ? entry : "";
    },
    set: (key, entry) => {
      for (const [old, value] of entries) if (endOf(value) < now()) entries.delete(old);
      entries.set(key, entry);
    },
    forget: (token) => {
      for (const [key, entry] of entries) if (entry.split("|")[0] === token) entries.delete(key);
    },
  };
}

// auth-app joins token, beginning, end and more with `|`.
function endOf(entry: string): number {
  const at = Date.parse(entry.split("|")[2] ?? "");
  return Number.isNaN(at) ? 0 : at;
}
