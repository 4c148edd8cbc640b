import { readFileSync, writeSync } from "node:fs";

import { readArray, readNumber, readObject, readText } from "../../functions/core/read-json.ts";

// What one sample runs in a fresh process: loads a function, hands it events one after another, and
// writes what that took to descriptor 3. Bundled, so that reading TypeScript is no part of a sample.
const [plan = ""] = process.argv.slice(2);
const { target, events, expected, warmUp, count } = readPlan(readFileSync(plan, "utf8"));
const started = performance.now();
const handler = target === "" ? async () => ({}) : await loadHandler(target);
const loaded = performance.now();
await handle(0);
const first = { initMs: loaded - started, firstMs: performance.now() - loaded };
const cold = { cpuMs: readCpu(), rssBytes: process.memoryUsage.rss() };
for (let index = 1; index <= warmUp; index += 1) await handle(index);
const cpuBefore = readCpu();
const durations: number[] = [];
for (let index = 1; index <= count; index += 1) durations.push(await handle(warmUp + index));
const warmCpuMs = readCpu() - cpuBefore;
const sample = { ...first, ...cold, warmCpuMs, durations, events: 1 + warmUp + count };
writeSync(3, JSON.stringify(sample));
// Connections that are kept open would keep the process too.
process.exit();

type Handler = (event: unknown) => Promise<unknown>;

async function loadHandler(path: string): Promise<Handler> {
  const module: unknown = await import(path);
  const { handler: found } = readObject(module, "module");
  if (isHandler(found)) return found;
  throw new Error(`${path} should export a handler`);
}

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

async function handle(index: number): Promise<number> {
  const event = events[index % events.length];
  const begun = performance.now();
  const answer = JSON.stringify(await handler(event));
  const ended = performance.now();
  if (!answer.includes(expected)) throw new Error(`answer should have ${expected}, got ${answer}`);
  return ended - begun;
}

// Milliseconds of user and system time of all threads, since the process began.
function readCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function readPlan(text: string) {
  const fields = readObject(JSON.parse(text), "plan");
  return {
    target: readText(fields["target"], "target"),
    events: readArray(fields["events"], "events"),
    expected: readText(fields["expected"], "expected"),
    warmUp: readNumber(fields["warmUp"], "warmUp"),
    count: readNumber(fields["count"], "count"),
  };
}
