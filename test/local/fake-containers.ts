import { toRunnerVariables } from "../../functions/adapters/runner-variables.ts";
import type { RunnerEnd } from "../../functions/core/state-change.ts";
import type { LaunchOutcome, LaunchRequest } from "../../functions/core/runner-provider.ts";
import type { RunnerProvider } from "../../functions/core/runner-provider.ts";
import type { MachineOptions } from "../../local/machine.ts";
import type { GitHub } from "../../simulator/github/github.ts";
import type { Program } from "../../simulator/machine.ts";
import { createStubRunner } from "../../simulator/stub-runner.ts";
import type { Timeline } from "../../simulator/timeline.ts";

type Container = { readonly name: string; program?: Program; ended?: RunnerEnd };

/** Containers with stub runners in them: they outlive whoever started them, and are seen when they end. */
export type FakeContainers = {
  readonly provider: RunnerProvider;
  readonly watchEnds: MachineOptions["watchEnds"];
  readonly launches: LaunchRequest[];
  /** Those that exist, also ended ones whose end nobody has taken note of. */
  readonly containers: ReadonlyMap<string, Container>;
  /** The most that were alive at the same time for one attempt of one job. */
  readonly most: { alive: number };
};

export function createFakeContainers(gitHub: GitHub, timeline: Timeline): FakeContainers {
  const start = createStubRunner({ gitHub, timeline });
  const containers = new Map<string, Container>();
  const watchers = new Set<() => void>();
  const launches: LaunchRequest[] = [];
  const most = { alive: 0 };
  const end = (container: Container, reason: string): void => {
    const { name } = container;
    const at = timeline.now();
    container.ended = {
      runnerName: name,
      computeId: `container-${name}`,
      at,
      reason,
      interrupted: false,
    };
    for (const look of watchers) look();
  };
  const launch = async (request: LaunchRequest): Promise<LaunchOutcome> => {
    launches.push(request);
    const variables = toRunnerVariables(request);
    const { runnerName: name } = request;
    const container: Container = { name };
    containers.set(name, container);
    container.program = start({
      id: `container-${name}`,
      environment: Object.fromEntries(variables.map((one) => [one.name, one.value])),
      exit: (exitCode) => {
        end(container, `container ended with exit code ${exitCode}`);
      },
    });
    most.alive = Math.max(most.alive, countAlive(containers, name));
    return { kind: "started", computeId: `container-${name}` };
  };
  return {
    launches,
    containers,
    most,
    provider: {
      launch,
      find: async ({ name }) => {
        const found = containers.get(name);
        if (found === undefined || found.ended !== undefined) return undefined;
        return { computeId: `container-${name}` };
      },
      stop: async (computeId) => {
        containers.get(computeId.slice("container-".length))?.program?.terminate();
      },
    },
    watchEnds: (onEnd) => {
      const look = (): void => {
        for (const { name, ended } of containers.values()) {
          if (ended === undefined) continue;
          onEnd(ended).then(
            () => containers.delete(name),
            () => timeline.after(1_000, look),
          );
        }
      };
      watchers.add(look);
      timeline.after(0, look);
      return async () => {
        watchers.delete(look);
      };
    },
  };
}

/** Alive containers of the same job and attempt: their names differ only in the number of the launch. */
function countAlive(containers: ReadonlyMap<string, Container>, name: string): number {
  const jobOf = (one: string) => one.slice(0, one.lastIndexOf("-"));
  const alive = [...containers.values()].filter(({ ended }) => ended === undefined);
  return alive.filter((one) => jobOf(one.name) === jobOf(name)).length;
}
