import type { RunnerItem } from "../functions/core/ledger.ts";
import { readNumber, readObject } from "../functions/core/read-json.ts";
import type { ComputeDescription } from "./compute.ts";
import { type ContainerEngine, gibibyte } from "./container-engine.ts";

/** Describes the container of a runner as the engine has limited it; asks about each once. */
export function createContainerReader({
  api,
  architecture,
}: ContainerEngine): (runner: RunnerItem) => Promise<ComputeDescription | undefined> {
  const known = new Map<string, ComputeDescription>();
  return async ({ computeId = "" }) => {
    const found = known.get(computeId);
    if (found !== undefined) return found;
    const { status, body } = await api.call("GET", `/containers/${computeId}/json`);
    if (status !== 200) return undefined;
    const limits = readObject(readObject(body, "container")["HostConfig"], "HostConfig");
    const cpus = readNumber(limits["NanoCpus"], "NanoCpus") / 1e9;
    const memory = readNumber(limits["Memory"], "Memory") / gibibyte;
    const compute = { architecture, size: `${cpus} vCPU ${memory} GiB` };
    known.set(computeId, compute);
    return compute;
  };
}
