import type { CapacityProvider } from "./clusters.ts";

/** One item of a capacity provider strategy. */
export type StrategyItem = {
  readonly provider: CapacityProvider;
  readonly weight: number;
  readonly base: number;
};

/**
 * The provider of each of `count` tasks: bases first, then in proportion to the weights. A strategy distributes and
 * never fails over: what a provider has no capacity for is a failure, whatever the other has.
 */
export function distribute(
  strategy: readonly StrategyItem[],
  count: number,
): readonly CapacityProvider[] {
  const bases = strategy.flatMap(({ provider, base }) =>
    Array.from({ length: Math.min(base, count) }, () => provider),
  );
  const chosen = bases.slice(0, count);
  const weighted = strategy.filter(({ weight }) => weight > 0);
  const candidates = weighted.length > 0 ? weighted : strategy;
  while (chosen.length < count) {
    const loads = candidates.map(({ provider, weight }) => {
      const placed = chosen.filter((other) => other === provider).length;
      return { provider, load: (placed + 1) / Math.max(weight, 1) };
    });
    const [least] = loads.toSorted((left, right) => left.load - right.load);
    if (!least) break;
    chosen.push(least.provider);
  }
  return chosen;
}
