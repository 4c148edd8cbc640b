import { largestCodeBuildSizes } from "./codebuild-size.ts";
import { largestFargateSize } from "./fargate-size.ts";
import type { Architecture, ProviderName } from "./provider.ts";
import type { RunnerSize } from "./runner-size.ts";

const fargate: Record<Architecture, RunnerSize> = {
  X86_64: largestFargateSize,
  ARM64: largestFargateSize,
};

/** The most each provider can give; whatever is within it in every part can be had there. */
export const largestSizes: Record<ProviderName, Record<Architecture, RunnerSize>> = {
  FARGATE: fargate,
  FARGATE_SPOT: fargate,
  CODEBUILD: largestCodeBuildSizes,
};
