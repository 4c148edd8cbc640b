import { toRunnerVariables } from "../functions/adapters/runner-variables.ts";
import type { LaunchFailure, LaunchRequest } from "../functions/core/runner-provider.ts";
import { gibibyte } from "./container-engine.ts";

/** By these labels our containers and networks are known; nothing without them is ever touched. */
export const containerLabels = { prefix: "tornade.prefix", runner: "tornade.runner" } as const;

/** What the containers of one installation have in common. */
export type ContainerOptions = {
  /** Tells the containers of two installations on one machine apart. */
  readonly runnerPrefix: string;
  /** What `image=` may name, and the image that it means. */
  readonly images: ReadonlyMap<string, string>;
  /** Variables besides those of a launch. */
  readonly variables?: Readonly<Record<string, string>>;
};

/** How long the engine leaves a runner from SIGTERM to SIGKILL, in seconds, as ECS is told to. */
export const stopSeconds = 120;

/** Most processes and threads of a job: a fork bomb ends here, a build on all cores does not. */
const mostProcesses = 4_096;

/** The body of `POST /containers/create` for a runner; its network has its name. */
export function toContainerRequest(
  request: LaunchRequest,
  options: ContainerOptions,
): Readonly<Record<string, unknown>> | LaunchFailure {
  const { runnerName, spec, tags } = request;
  const image = options.images.get(spec.image.toLowerCase());
  if (image === undefined) {
    const known = [...options.images.keys()].join(", ");
    return { kind: "denied", message: `image '${spec.image}' is unknown here; use ${known}` };
  }
  const variables = toRunnerVariables(toOwnSize(request));
  return {
    Image: image,
    Env: [
      ...variables.map(({ name, value }) => `${name}=${value}`),
      ...Object.entries(options.variables ?? {}).map(([name, value]) => `${name}=${value}`),
    ],
    Labels: { ...tags, ...toLabels(runnerName, options) },
    StopTimeout: stopSeconds,
    HostConfig: {
      NetworkMode: runnerName,
      NanoCpus: Math.round(spec.cpu * 1e9),
      Memory: Math.round(spec.memory * gibibyte),
      // The same again: no swap, so that a job meets its limit here as it does on Fargate.
      MemorySwap: Math.round(spec.memory * gibibyte),
      PidsLimit: mostProcesses,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "no" },
    },
  };
}

/** The labels of a runner's container and network. */
export function toLabels(
  runnerName: string,
  { runnerPrefix }: Pick<ContainerOptions, "runnerPrefix">,
): Readonly<Record<string, string>> {
  return { [containerLabels.prefix]: runnerPrefix, [containerLabels.runner]: runnerName };
}

// Nothing is rounded up here, and nobody is billed.
function toOwnSize(request: LaunchRequest): LaunchRequest {
  const { TORNADE_USD_PER_MINUTE: _price, ...environment } = request.environment;
  const { cpu, memory } = request.spec;
  const size = { TORNADE_CPU: String(cpu), TORNADE_MEMORY: String(memory) };
  return { ...request, environment: { ...environment, ...size } };
}
