import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll } from "vitest";

import { collectOutput } from "./collect-output.ts";
import type { RunnerRun, RunnerVariables, StartRunner } from "./runner-run.ts";

const image = join(import.meta.dirname, "..", "..", "runner-image");
const stub = join(import.meta.dirname, "stub");

/** Starts entrypoints without a container; what is left of them is ended after all tests of the file. */
export function createProcessStarter(): StartRunner {
  const left: (() => Promise<void>)[] = [];
  afterAll(async () => {
    await Promise.all(left.map(async (end) => end()));
  });
  return async (variables) => startProcess(variables, left);
}

/** In a folder with the stub of GitHub's runner. */
async function startProcess(
  variables: RunnerVariables,
  left: (() => Promise<void>)[],
): Promise<RunnerRun> {
  const home = await mkdtemp(join(tmpdir(), "tornade-runner-"));
  const output = join(home, "output");
  await cp(stub, home, { recursive: true });
  await mkdir(output);
  const child = spawn(join(image, "entrypoint"), {
    env: { PATH: "/usr/bin:/bin", TORNADE_RUNNER_HOME: home, STUB_OUTPUT: output, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that nothing of it is left after the test.
    detached: true,
  });
  const ended = new Promise<number>((resolve) => {
    child.once("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
  left.push(async () => {
    endGroup(child.pid);
    await ended;
    await rm(home, { recursive: true, force: true });
  });
  return {
    log: collectOutput(child),
    signal: async (name) => {
      child.kill(name);
    },
    ended,
    output: async (name) =>
      readFile(join(name.startsWith(".") ? home : output, name), "latin1").catch(() => ""),
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
