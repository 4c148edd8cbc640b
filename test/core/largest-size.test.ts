import { describe, expect, it } from "vitest";
import { toCodeBuildSize } from "../../functions/core/codebuild-size.ts";
import { toFargateSize } from "../../functions/core/fargate-size.ts";
import { largestSizes } from "../../functions/core/largest-size.ts";
import { architectures, type Architecture } from "../../functions/core/provider.ts";
import { sizeParts, type RunnerSize } from "../../functions/core/runner-size.ts";

const rounding = {
  FARGATE: toFargateSize,
  FARGATE_SPOT: toFargateSize,
  CODEBUILD: toCodeBuildSize,
} satisfies Record<string, (size: RunnerSize, architecture: Architecture) => unknown>;

describe("largestSizes", () => {
  it.each(["FARGATE", "FARGATE_SPOT", "CODEBUILD"] as const)(
    "is what %s can just give, on every architecture",
    (provider) => {
      for (const architecture of architectures) {
        const largest = largestSizes[provider][architecture];
        expect(rounding[provider](largest, architecture)).toBeDefined();
        for (const part of sizeParts) {
          const larger = { ...largest, [part]: largest[part] + 0.1 };
          expect(rounding[provider](larger, architecture)).toBeUndefined();
        }
      }
    },
  );
});
