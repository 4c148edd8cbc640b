import type { Architecture } from "./provider.ts";
import { isEnough, type RunnerSize } from "./runner-size.ts";

/** A CodeBuild compute type, with the environment type it belongs to and what a build gets from it. */
export type CodeBuildSize = RunnerSize & {
  readonly computeType: `BUILD_GENERAL1_${SizeName}`;
  readonly environmentType: "LINUX_CONTAINER" | "ARM_CONTAINER";
};

type SizeName = "SMALL" | "MEDIUM" | "LARGE" | "XLARGE" | "2XLARGE";

/**
 * The on-demand compute types of each architecture, smallest first; each has no less than the last.
 * https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html
 * has disks and the ARM sizes. Its stored copies still say 3, 7, 15, 70 and 145 GB for Linux; the
 * API reference has the figures used here, and jobs do see 3.6 and 7.5 GiB (wazuh/wazuh#38174).
 * https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
 */
const codeBuildSizes: Record<Architecture, readonly CodeBuildSize[]> = {
  X86_64: [
    linux("SMALL", { cpu: 2, memory: 4, disk: 64 }),
    linux("MEDIUM", { cpu: 4, memory: 8, disk: 128 }),
    linux("LARGE", { cpu: 8, memory: 16, disk: 128 }),
    linux("XLARGE", { cpu: 36, memory: 72, disk: 256 }),
    linux("2XLARGE", { cpu: 72, memory: 144, disk: 824 }),
  ],
  ARM64: [
    arm("SMALL", { cpu: 2, memory: 4, disk: 64 }),
    arm("MEDIUM", { cpu: 4, memory: 8, disk: 128 }),
    arm("LARGE", { cpu: 8, memory: 16, disk: 128 }),
    arm("XLARGE", { cpu: 32, memory: 64, disk: 256 }),
    arm("2XLARGE", { cpu: 48, memory: 96, disk: 824 }),
  ],
};

/** The most a CodeBuild build can have; one and the same build can have all of it. */
export const largestCodeBuildSizes: Record<Architecture, RunnerSize> = {
  X86_64: { cpu: 72, memory: 144, disk: 824 },
  ARM64: { cpu: 48, memory: 96, disk: 824 },
};

/** Rounds a size up to the smallest compute type that has it; undefined if there is none. */
export function toCodeBuildSize(
  asked: RunnerSize,
  architecture: Architecture,
): CodeBuildSize | undefined {
  return codeBuildSizes[architecture].find((size) => isEnough(size, asked));
}

function linux(name: SizeName, size: RunnerSize): CodeBuildSize {
  return {
    computeType: `BUILD_GENERAL1_${name}`,
    environmentType: "LINUX_CONTAINER",
    ...size,
  };
}

function arm(name: SizeName, size: RunnerSize): CodeBuildSize {
  return { ...linux(name, size), environmentType: "ARM_CONTAINER" };
}
