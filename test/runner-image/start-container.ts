import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "vitest";

import { collectOutput } from "./collect-output.ts";
import type { RunnerRun, RunnerVariables } from "./runner-run.ts";

/** What `docker run` takes besides, like limits. */
export type ContainerOptions = readonly string[];

/** Starts the image's entrypoint in containers of `image`; all of them are removed after the file's tests. */
export function createContainerStarter(image: string) {
  const left: (() => Promise<void>)[] = [];
  afterAll(async () => {
    await Promise.all(left.map(async (end) => end()));
  });
  return async (variables: RunnerVariables, options: ContainerOptions = []): Promise<RunnerRun> => {
    const name = `tornade-test-${randomUUID()}`;
    const output = await mkdtemp(join(tmpdir(), "tornade-output-"));
    await chmod(output, 0o777);
    left.push(async () => {
      runEngine("rm", "--force", "--volumes", name);
      await rm(output, { recursive: true, force: true });
    });
    const settings = Object.entries({ STUB_OUTPUT: "/stub-output", ...variables });
    const environment = settings.flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const volume = ["--volume", `${output}:/stub-output`];
    return startContainer([name, ...volume, ...environment, ...options, image], output);
  };
}

/** The container engine's command, as found by scripts/test-image.ts. */
export function runEngine(...args: readonly string[]) {
  return spawnSync(engine(), args, { encoding: "utf8" });
}

function engine(): string {
  return process.env["TORNADE_TEST_ENGINE"] ?? "podman";
}

function startContainer([name = "", ...args]: readonly string[], output: string): RunnerRun {
  const child = spawn(engine(), ["run", "--rm", "--name", name, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return {
    log: collectOutput(child),
    signal: async (signal) => {
      runEngine("kill", "--signal", signal, name);
    },
    ended: new Promise((resolve) => {
      child.once("close", (code) => {
        resolve(code ?? -1);
      });
    }),
    output: async (file) => readFile(join(output, file), "latin1").catch(() => ""),
  };
}
