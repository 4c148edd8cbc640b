import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestCodeBuildSizes, toCodeBuildSize } from "../../functions/core/codebuild-size.ts";
import { architectures } from "../../functions/core/provider.ts";
import { isEnough } from "../../functions/core/runner-size.ts";

const environmentTypes = { X86_64: "LINUX_CONTAINER", ARM64: "ARM_CONTAINER" };

const anySize = fc.record({
  cpu: fc.double({ min: 0.001, max: 80, noNaN: true }),
  memory: fc.double({ min: 0.001, max: 160, noNaN: true }),
  disk: fc.double({ min: 0.001, max: 900, noNaN: true }),
});

describe("toCodeBuildSize", () => {
  it.each([
    ["X86_64", "1/2/20", "SMALL", "2/4/64"],
    ["X86_64", "2/4/64", "SMALL", "2/4/64"],
    ["X86_64", "2/4/65", "MEDIUM", "4/8/128"],
    ["X86_64", "2.5/4/20", "MEDIUM", "4/8/128"],
    ["X86_64", "1/9/20", "LARGE", "8/16/128"],
    ["X86_64", "1/17/20", "XLARGE", "36/72/256"],
    ["X86_64", "1/1/129", "XLARGE", "36/72/256"],
    ["X86_64", "40/1/20", "2XLARGE", "72/144/824"],
    ["ARM64", "1/2/20", "SMALL", "2/4/64"],
    ["ARM64", "4/8/128", "MEDIUM", "4/8/128"],
    ["ARM64", "5/8/20", "LARGE", "8/16/128"],
    ["ARM64", "32/64/256", "XLARGE", "32/64/256"],
    ["ARM64", "33/1/20", "2XLARGE", "48/96/824"],
  ] as const)("rounds %s %s up to %s, which has %s", (...row) => {
    const [architecture, asked, name, given] = row;
    expect(toCodeBuildSize(toSize(asked), architecture)).toEqual({
      computeType: `BUILD_GENERAL1_${name}`,
      environmentType: environmentTypes[architecture],
      ...toSize(given),
    });
  });

  it.each(architectures)(
    "has nothing beyond the largest %s size, and everything up to it",
    (name) => {
      fc.assert(
        fc.property(anySize, (asked) => {
          const size = toCodeBuildSize(asked, name);
          expect(size !== undefined).toBe(isEnough(largestCodeBuildSizes[name], asked));
          expect(size === undefined || isEnough(size, asked)).toBe(true);
        }),
      );
      expect(toCodeBuildSize(largestCodeBuildSizes[name], name)).toMatchObject(
        largestCodeBuildSizes[name],
      );
    },
  );
});

function toSize(text: string) {
  const [cpu = 0, memory = 0, disk = 0] = text.split("/").map(Number);
  return { cpu, memory, disk };
}
