import { describe, expect, it } from "vitest";

import { toCost } from "../../functions/core/cost.ts";
import type { ProviderName } from "../../functions/core/provider.ts";

const twoCores = { architecture: "X86_64", cpu: 2, memory: 4, disk: 20 } as const;

describe("toCost", () => {
  // Worked out by hand from the published prices: 2 × 0.04048 + 4 × 0.004445 + 0.005 an hour.
  it.each<[provider: ProviderName, seconds: number, usd: number]>([
    ["FARGATE", 3_600, 0.10374],
    ["FARGATE", 90, 0.0025935],
    ["FARGATE", 5, 0.001729],
    ["FARGATE_SPOT", 3_600, 0.0365968],
    ["CODEBUILD", 60, 0.005],
    ["CODEBUILD", 61, 0.01],
  ])("bills two cores on %s for %s seconds with %s USD", (provider, seconds, usd) => {
    expect(toCost({ provider, spec: twoCores, seconds })).toBeCloseTo(usd, 8);
  });

  it("bills the disk beyond the free 20 GiB", () => {
    const spec = { ...twoCores, disk: 120 };
    expect(toCost({ provider: "FARGATE", spec, seconds: 3_600 })).toBeCloseTo(0.11484, 8);
  });

  it("bills the size that is started, not the one that was asked for", () => {
    const spec = { ...twoCores, cpu: 1.5, memory: 3 };
    expect(toCost({ provider: "FARGATE", spec, seconds: 3_600 })).toBeCloseTo(0.10374, 8);
  });

  it("bills ARM64 by its own prices", () => {
    const spec = { ...twoCores, architecture: "ARM64" } as const;
    expect(toCost({ provider: "FARGATE", spec, seconds: 3_600 })).toBeCloseTo(0.084, 8);
    expect(toCost({ provider: "CODEBUILD", spec, seconds: 1 })).toBe(0.0034);
  });

  it.each<[provider: ProviderName, cpu: number]>([
    ["FARGATE", 64],
    ["CODEBUILD", 128],
    ["CODEBUILD", 30],
  ])("does not guess what %s takes for %s vCPU", (provider, cpu) => {
    expect(toCost({ provider, spec: { ...twoCores, cpu }, seconds: 60 })).toBeUndefined();
  });
});
