import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { readArray, readObject } from "../functions/core/read-json.ts";

/** What a fresh process measured; times in milliseconds. */
export type Sample = {
  /** Loading the function, what it does at module scope included. */
  readonly initMs: number;
  readonly firstMs: number;
  /** User and system time of the whole process, Node's own start included, until the first event was handled. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** User and system time of the measured events after the first. */
  readonly warmCpuMs: number;
  readonly durations: readonly number[];
  /** How many events it handled in all. */
  readonly events: number;
};

/** What a sample does: the first event, `warmUp` more, then `count` that are measured. */
export type Plan = {
  /** Path of the module with the handler; "" for a process that does nothing. */
  readonly target: string;
  /** Handed over one after another, again from the first when there are no more. */
  readonly events: readonly object[];
  /** Part of every answer, as JSON. */
  readonly expected: string;
  readonly warmUp: number;
  readonly count: number;
};

/** Runs the plan in this file by the measuring script, in a process with nothing but this environment. */
export async function runSample(
  script: string,
  planFile: string,
  env: Readonly<Record<string, string>>,
): Promise<Sample> {
  // The log goes nowhere, as cheaply as it can.
  const stdio = ["ignore", "ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [script, planFile], { env, stdio: [...stdio] });
  const exited: Promise<unknown[]> = once(child, "exit");
  const [written, complaint] = await Promise.all(child.stdio.slice(2).toReversed().map(readAll));
  const [code] = await exited;
  if (code !== 0) throw new Error(`a sample ended with ${String(code)}: ${toReason(complaint)}`);
  return readSample(written);
}

async function readAll(pipe: unknown): Promise<string> {
  return isReadable(pipe) ? text(pipe) : "";
}

function isReadable(pipe: unknown): pipe is Readable {
  return typeof pipe === "object" && pipe !== null && "read" in pipe;
}

// Around the one line that says something Node prints code, which is minified.
function toReason(complaint = ""): string {
  return /^\w*Error: .*$/mu.exec(complaint)?.[0] ?? complaint;
}

function readSample(written = ""): Sample {
  const fields = readObject(JSON.parse(written), "sample");
  const read = (name: string): number => Number(fields[name]);
  return {
    initMs: read("initMs"),
    firstMs: read("firstMs"),
    cpuMs: read("cpuMs"),
    rssBytes: read("rssBytes"),
    warmCpuMs: read("warmCpuMs"),
    durations: readArray(fields["durations"], "durations").map(Number),
    events: read("events"),
  };
}
