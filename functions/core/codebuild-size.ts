import type { Architecture } from "./provider.ts";
import { isEnough, type RunnerSize } from "./runner-size.ts";

/** What CodeBuild calls the environment of an architecture. */
export const environmentTypes = {
  X86_64: "LINUX_CONTAINER",
  ARM64: "ARM_CONTAINER",
} as const satisfies Record<Architecture, string>;

/** A CodeBuild compute type, with the environment type it belongs to and what a build gets from it. */
export type CodeBuildSize = ComputeType & {
  readonly environmentType: (typeof environmentTypes)[Architecture];
};

type ComputeType = RunnerSize & { readonly computeType: `BUILD_GENERAL1_${SizeName}` };

type SizeName = "SMALL" | "MEDIUM" | "LARGE" | "XLARGE" | "2XLARGE";

/** The most a CodeBuild build can have; one and the same build can have all of it. */
export const largestCodeBuildSizes: Record<Architecture, RunnerSize> = {
  X86_64: { cpu: 72, memory: 144, disk: 824 },
  ARM64: { cpu: 48, memory: 96, disk: 824 },
};

/**
 * The on-demand compute types of each architecture, smallest first; each has no less than the last.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
 * has disks and the ARM sizes. Its stored copies still say 3, 7, 15, 70 and 145 GB for Linux; the
 * API reference has the figures used here, and jobs do see 3.6 and 7.5 GiB (wazuh/wazuh#38174).
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
 */
const computeTypes: Record<Architecture, readonly ComputeType[]> = {
  X86_64: [
    toType("SMALL", { cpu: 2, memory: 4, disk: 64 }),
    toType("MEDIUM", { cpu: 4, memory: 8, disk: 128 }),
    toType("LARGE", { cpu: 8, memory: 16, disk: 128 }),
    toType("XLARGE", { cpu: 36, memory: 72, disk: 256 }),
    toType("2XLARGE", largestCodeBuildSizes.X86_64),
  ],
  ARM64: [
    toType("SMALL", { cpu: 2, memory: 4, disk: 64 }),
    toType("MEDIUM", { cpu: 4, memory: 8, disk: 128 }),
    toType("LARGE", { cpu: 8, memory: 16, disk: 128 }),
    toType("XLARGE", { cpu: 32, memory: 64, disk: 256 }),
    toType("2XLARGE", largestCodeBuildSizes.ARM64),
  ],
};

/** Rounds a size up to the smallest compute type that has it; undefined if there is none. */
export function toCodeBuildSize(
  asked: RunnerSize,
  architecture: Architecture,
): CodeBuildSize | undefined {
  const found = computeTypes[architecture].find((size) => isEnough(size, asked));
  return found && { ...found, environmentType: environmentTypes[architecture] };
}

function toType(name: SizeName, size: RunnerSize): ComputeType {
  return { computeType: `BUILD_GENERAL1_${name}`, ...size };
}
