import { fork } from "node:child_process";
import { once } from "node:events";

import { readNumber, readObject, readText } from "../../functions/core/read-json.ts";
import type { StubCounts, StubOptions } from "./serve-stub.ts";

/** The stub in a process of its own, so that its work is not counted as the function's. */
export type StubProcess = {
  readonly url: string;
  /** What was counted since the last restart; from now on every answer waits so long, in milliseconds. */
  readonly restart: (delay: number) => Promise<StubCounts>;
  readonly stop: () => void;
};

/** Starts the stub; it ends when told to, or with this process. */
export async function startStub(options: StubOptions): Promise<StubProcess> {
  const child = fork(new URL("process.ts", import.meta.url));
  const ask = async (message: StubOptions | number): Promise<unknown> => {
    const answered: Promise<unknown[]> = once(child, "message");
    child.send(message);
    const [answer] = await answered;
    return answer;
  };
  return {
    url: readText(await ask(options), "url"),
    restart: async (delay) => readCounts(await ask(delay)),
    stop: () => {
      child.disconnect();
    },
  };
}

function readCounts(value: unknown): StubCounts {
  const { calls, connections } = readObject(value, "counts");
  const entries = Object.entries(readObject(calls, "calls"));
  return {
    calls: Object.fromEntries(entries.map(([kind, count]) => [kind, readNumber(count, kind)])),
    connections: readNumber(connections, "connections"),
  };
}
