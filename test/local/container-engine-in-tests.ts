import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, vi } from "vitest";

import { type ContainerEngine, findContainerEngine } from "../../local/container-engine.ts";

const architecture = process.env["TORNADE_TEST_ARCHITECTURE"] ?? "X86_64";

/** Whether the containers under test are of another architecture than this machine. */
export const isEmulated = (arch() === "arm64" ? "ARM64" : "X86_64") !== architecture;

/** The smallest image, with the stub of GitHub's runner, as `npm run test:image` has built it. */
export const image = `localhost/tornade-test:slim-${architecture}`;

/** The engine of the machine, there before the first test; podman is served a socket for its sake. */
export function useContainerEngine(): ContainerEngine {
  const folder = mkdtempSync(join(tmpdir(), "tornade-engine-"));
  const found: { engine?: ContainerEngine; service?: ChildProcess } = {};
  beforeAll(async () => {
    if (process.env["TORNADE_TEST_ENGINE"] !== "docker") {
      const socket = `unix://${join(folder, "podman.sock")}`;
      found.service = spawn("podman", ["system", "service", "--time=0", socket], {
        stdio: "ignore",
      });
      vi.stubEnv("DOCKER_HOST", socket);
    }
    const find = async () => findContainerEngine(process.env);
    found.engine = await vi.waitFor(find, { timeout: 10_000 });
  });
  afterAll(() => {
    found.service?.kill();
    rmSync(folder, { recursive: true });
  });
  const get = (): ContainerEngine => {
    if (found.engine === undefined) throw new Error("the engine is there once tests run");
    return found.engine;
  };
  return {
    get api() {
      return get().api;
    },
    get architecture() {
      return get().architecture;
    },
    get cpus() {
      return get().cpus;
    },
    get memory() {
      return get().memory;
    },
  };
}
