import { describe, expect, it } from "vitest";

import { providerNames } from "../../functions/core/provider.ts";
import { toRefusalSpec } from "../../functions/core/refusal-spec.ts";
import { runnerSpec } from "./builders.ts";
import { labelOptions } from "./label-options.ts";

const { defaults } = labelOptions;

describe("toRefusalSpec", () => {
  it.each([
    [providerNames, ["FARGATE", "CODEBUILD", "FARGATE_SPOT"]],
    [["CODEBUILD"], ["CODEBUILD"]],
    [["FARGATE_SPOT", "FARGATE"] as const, ["FARGATE", "FARGATE_SPOT"]],
    [[], ["FARGATE"]],
  ] as const)("is of the default size, in every place equipped for it: %j", (equipped, rungs) => {
    expect(toRefusalSpec(defaults, equipped)).toEqual(runnerSpec({ rungs }));
  });

  it("leaves out what is too small for the default size", () => {
    expect(toRefusalSpec({ ...defaults, cpu: 64 }, providerNames).rungs).toEqual(["CODEBUILD"]);
  });
});
