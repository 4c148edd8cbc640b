import { describe, expect, it } from "vitest";

import { hostedPrice } from "../../functions/core/hosted-price.ts";

describe("hostedPrice", () => {
  it.each([
    ["X86_64", 0.5, 0.002],
    ["X86_64", 3, 0.012],
    ["X86_64", 64, 0.162],
    ["ARM64", 1, 0.005],
    ["ARM64", 8, 0.014],
  ] as const)(
    "takes the smallest machine of GitHub's with enough: %s, %d vCPU",
    (architecture, cpu, price) => {
      expect(hostedPrice({ architecture, cpu })).toBe(price);
    },
  );

  it("knows none where GitHub has no machine so large", () => {
    expect(hostedPrice({ architecture: "ARM64", cpu: 9 })).toBeUndefined();
  });
});
