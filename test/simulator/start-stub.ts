import { compactJitConfig } from "../../functions/adapters/compact-jit-config.ts";
import type { Program, StartProgram } from "../../simulator/machine.ts";

/** Starts a stub runner on a machine of its own; `exits` fills with the exit code when it ends. */
export function startStub(
  startProgram: StartProgram,
  encodedJitConfig: string,
  environment: Readonly<Record<string, string>> = {},
): { readonly program: Program; readonly exits: readonly number[] } {
  const exits: number[] = [];
  const program = startProgram({
    id: "task/1",
    environment: { TORNADE_JIT_CONFIG: compactJitConfig(encodedJitConfig), ...environment },
    exit: (exitCode) => exits.push(exitCode),
  });
  return { program, exits };
}
