import type { LabelOptions, LabelReading, RunnerSpec } from "../../functions/core/labels.ts";
import { providerNames } from "../../functions/core/provider.ts";

/** The options of an operator who changed nothing but the image table. */
export const labelOptions: LabelOptions = {
  launchLabel: "tornade",
  defaults: {
    runsOn: ["FARGATE"],
    architecture: "X86_64",
    cpu: 1,
    memory: 2,
    disk: 20,
    image: "default",
    timeoutMinutes: 360,
  },
  images: ["default", "node", "Rust-1.90"],
  findEquipped: () => providerNames,
};

/** The reading of a job that asks for nothing, with what a test asks for instead. */
export function launch(overrides: Partial<RunnerSpec> = {}): LabelReading {
  const spec: RunnerSpec = {
    rungs: ["FARGATE"],
    architecture: "X86_64",
    cpu: 1,
    memory: 2,
    disk: 20,
    image: "default",
    timeoutMinutes: 360,
    ...overrides,
  };
  return { kind: "launch", spec };
}

/** Labels in the array form and the same ones in the composite form. */
export function bothForms(labels: readonly string[]): readonly (readonly string[])[] {
  return [["tornade", ...labels], [["tornade", ...labels].join("/")]];
}
