import { describe, expect, it } from "vitest";

import { withoutStackTraces } from "../../../simulator/simulation/without-stack-traces.ts";

describe("withoutStackTraces", () => {
  it("gives errors no stack while it runs, and lets them have one again afterwards", async () => {
    const usual = Error.stackTraceLimit;
    const { stack } = await withoutStackTraces(async () => new Error("without a stack"));
    expect(stack).toBe("Error: without a stack");
    expect(Error.stackTraceLimit).toBe(usual);
  });

  it("lets errors have a stack again after a failure", async () => {
    const usual = Error.stackTraceLimit;
    const failing = withoutStackTraces(async () => Promise.reject(new Error("no luck")));
    await expect(failing).rejects.toThrow("no luck");
    expect(Error.stackTraceLimit).toBe(usual);
  });
});
