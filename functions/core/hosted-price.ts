import type { RunnerSpec } from "./labels.ts";
import type { Architecture } from "./provider.ts";

/**
 * USD a minute that GitHub takes for its smallest Linux machine with at least as many vCPU; undefined
 * where it has none so large. Prices of 2026-01-01; jobs are rounded up to whole minutes.
 * https://docs.github.com/en/billing/reference/actions-runner-pricing
 */
export function hostedPrice({
  architecture,
  cpu,
}: Pick<RunnerSpec, "architecture" | "cpu">): number | undefined {
  return prices[architecture].find(([size]) => size >= cpu)?.[1];
}

const prices: Record<Architecture, readonly (readonly [cpu: number, price: number])[]> = {
  X86_64: [
    [1, 0.002],
    [2, 0.006],
    [4, 0.012],
    [8, 0.022],
    [16, 0.042],
    [32, 0.082],
    [64, 0.162],
  ],
  ARM64: [
    [2, 0.005],
    [4, 0.008],
    [8, 0.014],
  ],
};
