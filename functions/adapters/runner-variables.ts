import type { LaunchFailure, LaunchRequest } from "../core/runner-provider.ts";
import { compactJitConfig } from "./compact-jit-config.ts";

/** The environment of a runner, its secret last. */
export type RunnerVariables = readonly { readonly name: string; readonly value: string }[];

/** Puts the secret, in its compact form, behind the other variables of a launch. */
export function toRunnerVariables(request: LaunchRequest): RunnerVariables {
  const compact = compactJitConfig(request.encodedJitConfig);
  const variables = { ...request.environment, TORNADE_JIT_CONFIG: compact };
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}

/** The failure of a launch whose input the service would not take. */
export function tooLong(
  what: string,
  most: number,
  advice = "shorten the labels or names",
): LaunchFailure {
  return { kind: "invalid", message: `${what}, at most ${most} are allowed; ${advice}` };
}
