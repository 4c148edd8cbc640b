import { describe, expect, it } from "vitest";

import { toProvidedSize } from "../../functions/core/provided-size.ts";

const asked = { architecture: "X86_64", cpu: 1, memory: 12, disk: 20 } as const;

describe("toProvidedSize", () => {
  it("rounds up as each provider does", () => {
    expect(toProvidedSize(asked, "FARGATE_SPOT")).toEqual({ cpu: 2, memory: 12 });
    expect(toProvidedSize(asked, "CODEBUILD")).toMatchObject({ cpu: 8, memory: 16 });
  });

  it("has none where none is large enough", () => {
    expect(toProvidedSize({ ...asked, cpu: 33 }, "FARGATE")).toBeUndefined();
  });
});
