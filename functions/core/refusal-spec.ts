import { toFittingRungs } from "./label-sizes.ts";
import { toLadder } from "./label-values.ts";
import type { LabelOptions, RunnerSpec } from "./labels.ts";
import type { ProviderName } from "./provider.ts";

/** Where a refusal is told, in order: what starts surely and costs little, then whatever there is. */
const providersInOrder: readonly ProviderName[] = ["FARGATE", "CODEBUILD", "FARGATE_SPOT"];

/**
 * The runner that tells a job it is refused: of the default size, since another job may take it, and in
 * all providers that are `equipped` for it, since its only task is to be started.
 */
export function toRefusalSpec(
  { runsOn, ...size }: LabelOptions["defaults"],
  equipped: readonly ProviderName[],
): RunnerSpec {
  const rungs = toFittingRungs({
    ...size,
    rungs: providersInOrder.filter((it) => equipped.includes(it)),
  });
  return { ...size, rungs: rungs.length > 0 ? rungs : toLadder(runsOn) };
}
