import { describe, expect, it } from "vitest";

describe("the test run", () => {
  it("runs on Node 24, which npm brings along on Linux", () => {
    expect(process.versions.node).toMatch(/^24\./u);
  });
});
