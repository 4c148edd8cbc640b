import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A command that runs in a process of its own. */
export type RunningCommand = {
  readonly child: ChildProcess;
  /** Resolves with all output so far once it matches. */
  readonly untilOutput: (pattern: RegExp) => Promise<string>;
  /** Resolves with the exit code and all output. */
  readonly ended: Promise<{
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
  }>;
};

/** Runs `bin/tornade.ts` as npm does, with Node alone. */
export function runCommand(...args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, ["bin/tornade.ts", ...args], { stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]) => ({ code: Number(code), stdout, stderr }));
  return {
    child,
    ended,
    untilOutput: async (pattern) => {
      while (!pattern.test(stdout)) {
        await Promise.race([once(child.stdout, "data"), ended]);
        if (child.exitCode !== null) throw new Error(`ended without ${String(pattern)}: ${stderr}`);
      }
      return stdout;
    },
  };
}
