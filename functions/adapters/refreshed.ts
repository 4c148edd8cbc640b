import type { Log } from "../core/log.ts";

/** A value that is loaded when first needed and loaded anew when it has grown old. */
export type Refreshed<T> = {
  /** The value, loaded first if there is none or the last try is longer ago than the maximum age. */
  readonly get: () => Promise<T>;
  /** The value loaded anew, with others where they are at it; as it is if that was tried within the minimum age. */
  readonly reload: () => Promise<T>;
};

/** How long a loaded secret serves, in milliseconds, and where it is told that it was not loaded anew. */
export type RefreshedOptions = {
  readonly now: () => number;
  readonly log: Log;
  readonly maximumAge: number;
  readonly minimumAge: number;
};

/**
 * Keeps the secrets that `load` brought for a while. A first load that fails is never kept: the next call tries
 * again. A later one that fails leaves the old value in service. Simultaneous callers share a load.
 */
export function createRefreshed<T>(
  load: () => Promise<T>,
  { now, log, maximumAge, minimumAge }: RefreshedOptions,
): Refreshed<T> {
  let loaded: { readonly value: T } | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<T> | undefined;

  const tryToLoad = async (): Promise<T> => {
    triedAt = now();
    try {
      loaded = { value: await load() };
    } catch (error) {
      if (loaded === undefined) throw error;
      log.warn("secrets not read again", { error });
    } finally {
      pending = undefined;
    }
    return loaded.value;
  };
  const loadNow = async (): Promise<T> => (pending ??= tryToLoad());
  const getWithin = async (age: number): Promise<T> =>
    loaded !== undefined && now() - triedAt < age ? loaded.value : loadNow();

  return {
    get: async () => getWithin(maximumAge),
    // Whoever was refused with the old value must not be given it again.
    reload: async () => pending ?? getWithin(minimumAge),
  };
}
