import { homedir } from "node:os";
import { join } from "node:path";

import type { Environment } from "../functions/adapters/surroundings.ts";
import { messageOf } from "../functions/core/errors.ts";
import type { Architecture } from "../functions/core/provider.ts";
import { readObject } from "../functions/core/read-json.ts";
import { CommandError } from "./command-error.ts";
import { createDockerApi, type DockerAddress, type DockerApi } from "./docker-api.ts";

/** The machine that containers run on, which may be a virtual one. */
export type ContainerMachine = {
  readonly architecture: Architecture;
  readonly cpus: number;
  /** GiB. */
  readonly memory: number;
};

/** An engine that answers. */
export type ContainerEngine = ContainerMachine & { readonly api: DockerApi };

/**
 * Finds Docker or podman: at DOCKER_HOST alone where that is set, else at the usual sockets.
 * @throws {CommandError} saying where nothing answered and what to do
 */
export async function findContainerEngine(
  env: Environment,
  sockets: readonly string[] = usualSockets(env),
): Promise<ContainerEngine> {
  const given = env["DOCKER_HOST"]?.trim() ?? "";
  const addresses =
    given === "" ? sockets.map((socketPath) => ({ socketPath })) : [readDockerHost(given)];
  const tried: string[] = [];
  for (const address of addresses) {
    const api = createDockerApi(address);
    try {
      return { api, ...(await readMachine(api)) };
    } catch (error) {
      tried.push(`${nameOf(address)} (${codeOf(error)})`);
    }
  }
  throw new CommandError(
    `no container engine answers at ${tried.join(", ")}; start Docker, or podman with 'podman system service --time=0 &', or set DOCKER_HOST`,
  );
}

function usualSockets(env: Environment): readonly string[] {
  const runtime = env["XDG_RUNTIME_DIR"] ?? "";
  return [
    "/var/run/docker.sock",
    join(homedir(), ".docker/run/docker.sock"),
    ...(runtime === "" ? [] : [join(runtime, "podman/podman.sock")]),
    "/run/podman/podman.sock",
  ];
}

function readDockerHost(text: string): DockerAddress {
  if (text.startsWith("unix:///")) return { socketPath: text.slice("unix://".length) };
  const { host, port } =
    /^(?:tcp|http):\/\/(?<host>[\w.-]+):(?<port>\d+)$/u.exec(text)?.groups ?? {};
  if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  throw new CommandError(
    `DOCKER_HOST should be unix:///path or tcp://host:port, got '${text}'; 'docker context inspect' shows the socket`,
  );
}

function nameOf(address: DockerAddress): string {
  return "socketPath" in address ? address.socketPath : `${address.host}:${address.port}`;
}

function codeOf(error: unknown): string {
  const { code } = readObject(error, "error");
  return typeof code === "string" ? code : messageOf(error);
}

async function readMachine(api: DockerApi): Promise<ContainerMachine> {
  const { body } = await api.call("GET", "/info", { timeout: 10_000 });
  const { Architecture: name, NCPU: cpus, MemTotal: memory } = readObject(body, "/info");
  const architecture = architectureNames.get(String(name));
  if (architecture === undefined) throw new Error(`architecture '${String(name)}'`);
  return { architecture, cpus: Number(cpus), memory: Number(memory) / gibibyte };
}

// Docker speaks like `uname`, podman like Go.
const architectureNames: ReadonlyMap<string, Architecture> = new Map([
  ["x86_64", "X86_64"],
  ["amd64", "X86_64"],
  ["aarch64", "ARM64"],
  ["arm64", "ARM64"],
]);

/** Bytes. */
export const gibibyte = 1_073_741_824;
