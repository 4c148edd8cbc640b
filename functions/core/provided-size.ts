import { toCodeBuildSize } from "./codebuild-size.ts";
import { toFargateSize } from "./fargate-size.ts";
import type { RunnerSpec } from "./labels.ts";
import type { ProviderName } from "./provider.ts";
import type { RunnerSize } from "./runner-size.ts";

/** vCPU and GiB of memory that a provider gives, rounded up from what was asked for; undefined if none. */
export function toProvidedSize(
  spec: Pick<RunnerSpec, "architecture" | "cpu" | "memory" | "disk">,
  provider: ProviderName,
): Pick<RunnerSize, "cpu" | "memory"> | undefined {
  switch (provider) {
    case "CODEBUILD":
      return toCodeBuildSize(spec, spec.architecture);
    case "FARGATE":
    case "FARGATE_SPOT":
      return toProvidedByFargate(spec);
  }
}

function toProvidedByFargate(asked: RunnerSize): Pick<RunnerSize, "cpu" | "memory"> | undefined {
  const size = toFargateSize(asked);
  return size && { cpu: size.cpu / 1_024, memory: size.memory / 1_024 };
}
