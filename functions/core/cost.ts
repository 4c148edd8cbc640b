import { toCodeBuildSize } from "./codebuild-size.ts";
import { freeStorage, toFargateSize } from "./fargate-size.ts";
import type { RunnerSpec } from "./labels.ts";
import type { Architecture, ProviderName } from "./provider.ts";

/** One runner: what it was asked to be, where it ran, and for how many seconds from launch to end. */
export type RunnerUse = {
  readonly provider: ProviderName;
  readonly spec: Pick<RunnerSpec, "architecture" | "cpu" | "memory" | "disk">;
  readonly seconds: number;
};

/**
 * What a runner costs in USD, by the on-demand prices of us-east-1 in September 2026; undefined where
 * AWS's price of its size is not known here. Free tiers and data transfer are left out.
 * https://aws.amazon.com/fargate/pricing/, https://aws.amazon.com/codebuild/pricing/
 */
export function toCost({ provider, spec, seconds }: RunnerUse): number | undefined {
  switch (provider) {
    case "FARGATE":
      return toFargateCost(spec, seconds);
    case "FARGATE_SPOT":
      return toFargateCost(spec, seconds, 1 - spotDiscount);
    case "CODEBUILD":
      return toCodeBuildCost(spec, seconds);
  }
}

const hour = 3_600;
const minute = 60;

/** USD an hour of one vCPU and of one GiB of memory. */
const fargatePrices: Record<Architecture, { readonly vcpu: number; readonly gibibyte: number }> = {
  X86_64: { vcpu: 0.04048, gibibyte: 0.004445 },
  ARM64: { vcpu: 0.03238, gibibyte: 0.00356 },
};

/** Spot prices move; this is what they have been below on-demand, at the least. */
const spotDiscount = 0.68;

/** USD an hour of one GiB of disk beyond what is free. */
const diskPrice = 0.000111;

/** USD an hour of the public IPv4 address that a task without a NAT has. */
const addressPrice = 0.005;

/** USD a minute, by compute type; absent ones are not published in one agreed figure. */
const codeBuildPrices: Record<Architecture, Readonly<Record<string, number>>> = {
  X86_64: {
    BUILD_GENERAL1_SMALL: 0.005,
    BUILD_GENERAL1_MEDIUM: 0.01,
    BUILD_GENERAL1_LARGE: 0.02,
    BUILD_GENERAL1_2XLARGE: 0.25,
  },
  ARM64: { BUILD_GENERAL1_SMALL: 0.0034, BUILD_GENERAL1_LARGE: 0.015 },
};

// Billed by the second, for one minute at least; Spot's discount is on vCPU and memory alone.
function toFargateCost(spec: RunnerUse["spec"], seconds: number, share = 1): number | undefined {
  const size = toFargateSize(spec);
  if (size === undefined) return undefined;
  const { vcpu, gibibyte } = fargatePrices[spec.architecture];
  const compute = (size.cpu / 1_024) * vcpu + (size.memory / 1_024) * gibibyte;
  const disk = Math.max(0, (size.ephemeralStorage ?? 0) - freeStorage) * diskPrice;
  return ((compute * share + disk + addressPrice) / hour) * Math.max(minute, seconds);
}

// Billed by the minute begun.
function toCodeBuildCost(spec: RunnerUse["spec"], seconds: number): number | undefined {
  const size = toCodeBuildSize(spec, spec.architecture);
  if (size === undefined) return undefined;
  const price = codeBuildPrices[spec.architecture][size.computeType];
  return price === undefined ? undefined : price * Math.ceil(seconds / minute);
}
