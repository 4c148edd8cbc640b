import { expect } from "vitest";

import { toRunnerVariables } from "../../functions/adapters/runner-variables.ts";
import { runnerEnvironment } from "../../functions/core/runner-environment.ts";
import { launchRequest } from "../support/launch-request.ts";
import { launchingItem, launchOf } from "../core/builders.ts";

/** Variables that a runner is started with, and with them what the stub of GitHub's runner does. */
export type RunnerVariables = Readonly<Record<string, string>>;

/** One start of the image's entrypoint, as a process or as a container. */
export type RunnerRun = {
  /** What has been written so far. */
  readonly log: () => string;
  readonly signal: (name: "SIGTERM" | "SIGKILL") => Promise<void>;
  /** The exit code; 128 and the number of the signal where one ended it. */
  readonly ended: Promise<number>;
  /** A file that the stub has written, empty if it has not. */
  readonly output: (name: string) => Promise<string>;
};

/** Starts the entrypoint; whoever implements it ends what is left after each test. */
export type StartRunner = (variables: RunnerVariables) => Promise<RunnerRun>;

/** The very variables with which the dispatcher would start this runner. */
export function dispatcherVariables(encodedJitConfig: string): RunnerVariables {
  const runnerName = "tornade-4711-1-1";
  const [queued, at] = [Date.now() - 12_000, Date.now() - 11_000];
  const item = launchingItem({ launches: [launchOf(1, { at })], times: { queued } });
  const environment = runnerEnvironment(item, {
    runnerName,
    idleSeconds: 60,
    forks: "refuse",
    policy: { publicRepositories: "refuse" },
    repositoryRoles: new Map(),
  });
  const variables = toRunnerVariables({ ...launchRequest(), environment, encodedJitConfig });
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

/** Waits until the log has the text. */
export async function sees(run: RunnerRun, text: string): Promise<void> {
  await expect.poll(run.log, { timeout: 20_000, interval: 20 }).toContain(text);
}

/** The structured line with which the entrypoint says how it ended. */
export function lastLine(run: RunnerRun): unknown {
  const lines = run.log().split("\n");
  return JSON.parse(lines.findLast((line) => line.startsWith(`{"level"`)) ?? "null");
}
