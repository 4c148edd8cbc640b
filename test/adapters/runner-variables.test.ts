import { describe, expect, it } from "vitest";

import { expandJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import { tooLong, toRunnerVariables } from "../../functions/adapters/runner-variables.ts";
import { launchRequest } from "../support/launch-request.ts";

describe("toRunnerVariables", () => {
  it("keeps the order, and puts the secret last", () => {
    const request = launchRequest({ environment: { RUNNER_NAME: "x", B: "2", A: "1" } });
    const variables = toRunnerVariables(request);
    expect(variables).toMatchObject([
      { name: "RUNNER_NAME", value: "x" },
      { name: "B", value: "2" },
      { name: "A", value: "1" },
      { name: "TORNADE_JIT_CONFIG" },
    ]);
    expect(expandJitConfig(variables.at(-1)?.value ?? "")).toBe(request.encodedJitConfig);
  });

  it("does not let a variable stand in for the secret", () => {
    const environment = { TORNADE_JIT_CONFIG: "raw:mine" };
    const variables = toRunnerVariables(launchRequest({ environment }));
    expect(variables).toHaveLength(1);
    expect(JSON.stringify(variables)).not.toContain("raw:mine");
  });
});

describe("tooLong", () => {
  it("is a failure that no repetition helps", () => {
    expect(tooLong("the overrides have 9000 characters", 8_192)).toEqual({
      kind: "invalid",
      message:
        "the overrides have 9000 characters, at most 8192 are allowed; shorten the labels or names",
    });
  });
});
