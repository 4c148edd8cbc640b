import type { RunnerSpec } from "../functions/core/labels.ts";
import type { LaunchFailure } from "../functions/core/runner-provider.ts";
import type { ContainerMachine } from "./container-engine.ts";

/**
 * Why a machine can never run a job of these labels; undefined where it can. An architecture that it
 * emulates does not count: GitHub's runner is a .NET program, and .NET does not support qemu.
 */
export function findMisfit(
  { architecture, cpu, memory }: Pick<RunnerSpec, "architecture" | "cpu" | "memory">,
  machine: ContainerMachine,
): LaunchFailure | undefined {
  if (architecture !== machine.architecture) {
    return refuse(
      `arch=${architecture} cannot run on this machine; use arch=${machine.architecture}`,
    );
  }
  if (cpu > machine.cpus) {
    return refuse(`cpu=${cpu} is more than this machine has; use at most ${machine.cpus}`);
  }
  const most = Math.floor(machine.memory * 10) / 10;
  if (memory > most) {
    return refuse(`memory=${memory} is more than this machine has; use at most ${most}`);
  }
  return undefined;
}

function refuse(message: string): LaunchFailure {
  return { kind: "invalid", message };
}
