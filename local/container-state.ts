import {
  readArray,
  readNumber,
  readObject,
  readText,
  readTimestamp,
} from "../functions/core/read-json.ts";
import { containerLabels, type ContainerOptions } from "./container-request.ts";
import { describeAnswer, type DockerApi } from "./docker-api.ts";

type Own = Pick<ContainerOptions, "runnerPrefix">;

/** A container of ours as the engine lists it. */
export type RunnerContainer = {
  readonly id: string;
  readonly runnerName: string;
  readonly isAlive: boolean;
  /** In milliseconds since the epoch: it is started at once. */
  readonly createdAt: number;
};

/** How a container ended, or that it never began. */
export type ContainerEnd = { readonly at: number; readonly reason: string };

/** The container of a runner; undefined where there is none, or it is not one of ours. */
export async function findRunnerContainer(
  api: DockerApi,
  runnerName: string,
  own: Own,
): Promise<RunnerContainer | undefined> {
  const containers = await listRunnerContainers(api, own);
  return containers.find((container) => container.runnerName === runnerName);
}

/** All containers with our prefix, ended ones too. */
export async function listRunnerContainers(
  api: DockerApi,
  own: Own,
): Promise<readonly RunnerContainer[]> {
  const query = { all: "true", filters: ownFilter(own) };
  const answer = await api.call("GET", "/containers/json", { query });
  if (answer.status !== 200) throw new Error(`containers not listed: ${describeAnswer(answer)}`);
  return readArray(answer.body, "containers").map((entry) => {
    const container = readObject(entry, "container");
    const labels = readObject(container["Labels"], "container.Labels");
    return {
      id: readText(container["Id"], "container.Id"),
      runnerName: readText(labels[containerLabels.runner], containerLabels.runner),
      isAlive: aliveStates.has(readText(container["State"], "container.State").toLowerCase()),
      // The engine has seconds.
      createdAt: readNumber(container["Created"], "container.Created") * 1_000,
    };
  });
}

/** The names of all networks with our prefix. */
export async function listRunnerNetworks(api: DockerApi, own: Own): Promise<readonly string[]> {
  const answer = await api.call("GET", "/networks", { query: { filters: ownFilter(own) } });
  if (answer.status !== 200) throw new Error(`networks not listed: ${describeAnswer(answer)}`);
  return readArray(answer.body, "networks").map((network) =>
    readText(readObject(network, "network")["Name"], "network.Name"),
  );
}

/** The filter that lets nothing through but what has our prefix. */
export function ownFilter({ runnerPrefix }: Own): Readonly<Record<string, readonly string[]>> {
  return { label: [`${containerLabels.prefix}=${runnerPrefix}`] };
}

/** When and how a container ended; undefined when it is gone already. */
export async function readContainerEnd(
  api: DockerApi,
  id: string,
  now: number,
): Promise<ContainerEnd | undefined> {
  const answer = await api.call("GET", `/containers/${id}/json`);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`container not read: ${describeAnswer(answer)}`);
  const state = readObject(readObject(answer.body, "container")["State"], "container.State");
  const { FinishedAt: finishedAt, Status: status } = state;
  if (status === "created" || status === "configured" || status === "initialized") {
    return { at: now, reason: "container never started" };
  }
  const at = readTimestamp(typeof finishedAt === "string" ? finishedAt : "");
  return { at: at === undefined || at === 0 ? now : at, reason: describeEnd(state) };
}

/** Removes a runner's container, whatever it does, and its network; what is gone already is no error. */
export async function removeRunner(api: DockerApi, runnerName: string): Promise<void> {
  const query = { force: "true", v: "true" };
  const removed = await api.call("DELETE", `/containers/${runnerName}`, { query });
  // 409: the engine is removing it already.
  if (removed.status >= 400 && removed.status !== 404 && removed.status !== 409) {
    throw new Error(`container ${runnerName} not removed: ${describeAnswer(removed)}`);
  }
  const gone = await api.call("DELETE", `/networks/${runnerName}`);
  if (gone.status >= 400 && gone.status !== 404) {
    throw new Error(`network ${runnerName} not removed: ${describeAnswer(gone)}`);
  }
}

/** Removes every container and network with our prefix, whatever runs in them. */
export async function removeAllRunners(api: DockerApi, own: Own): Promise<void> {
  const networks = await listRunnerNetworks(api, own);
  const containers = await listRunnerContainers(api, own);
  const names = new Set([...networks, ...containers.map(({ runnerName }) => runnerName)]);
  await Promise.all([...names].map(async (name) => removeRunner(api, name)));
}

const aliveStates: ReadonlySet<string> = new Set(["running", "paused", "restarting", "stopping"]);

function describeEnd({
  ExitCode: exitCode,
  OOMKilled: isOutOfMemory,
  Error: error,
}: Fields): string {
  const why = isOutOfMemory === true ? "memory ran out" : error;
  const reason = `container ended with exit code ${String(exitCode)}`;
  return typeof why === "string" && why !== "" ? `${reason}: ${why}` : reason;
}

type Fields = Readonly<Record<string, unknown>>;
