import type { Fetch } from "../functions/adapters/node-fetch.ts";
import { readRunnerPrefix } from "../functions/adapters/settings.ts";
import type { Environment } from "../functions/adapters/surroundings.ts";
import { SettingsError } from "../functions/core/errors.ts";
import type { Log } from "../functions/core/log.ts";
import { architectures } from "../functions/core/provider.ts";
import { realTimeline } from "../simulator/timeline.ts";
import { CommandError } from "./command-error.ts";
import type { ContainerEngine } from "./container-engine.ts";
import { createContainerProvider } from "./container-provider.ts";
import type { ContainerOptions } from "./container-request.ts";
import { openDatabase } from "./database.ts";
import { toLocalEnvironment } from "./local-platform.ts";
import { type LocalMachine, startMachine } from "./machine.ts";
import { prepareImages } from "./prepare-images.ts";
import { type LedgerItems, sortByKind } from "./read-ledger.ts";
import { watchContainers } from "./watch-containers.ts";

/** What a dispatcher on this machine works with. */
export type DispatcherOptions = Pick<ContainerOptions, "images" | "variables"> & {
  readonly engine: ContainerEngine;
  /** The command that builds the image, for whoever lacks it. */
  readonly buildCommand: string;
  /** Settings and secrets. */
  readonly env: Environment;
  /** The file that outlives the process; `:memory:` for none. */
  readonly databasePath: string;
  readonly fetch: Fetch;
  readonly log: Log;
};

/** A dispatcher at work. */
export type Dispatcher = Pick<LocalMachine, "receiveWebhook" | "reconcile"> & {
  readonly readLedger: () => Promise<LedgerItems>;
  /** Leaves the runners alone: they end with their jobs, and the next dispatcher finds them. */
  readonly stop: () => Promise<void>;
};

/**
 * Has jobs run in containers of this machine, from where the process before this one left off.
 * @throws {CommandError} when a setting is wrong or an image missing
 */
export async function startDispatcher(options: DispatcherOptions): Promise<Dispatcher> {
  const { engine, images, buildCommand, env, databasePath, log } = options;
  await prepareImages(engine.api, [...images.values()], buildCommand);
  const database = openDatabase(databasePath);
  try {
    const runnerPrefix = readRunnerPrefix(env);
    const provider = createContainerProvider(engine, { ...options, runnerPrefix });
    const machine = await startMachine({
      ...options,
      database,
      env: toLocalEnvironment(env, { images, architectures: toArchitectures(engine) }),
      providers: { FARGATE: provider, FARGATE_SPOT: provider, CODEBUILD: provider },
      watchEnds: (onEnd) =>
        watchContainers({ api: engine.api, runnerPrefix, provider, log, onEnd }),
      timeline: realTimeline,
      random: Math.random,
    });
    return {
      ...machine,
      readLedger: async () => sortByKind(machine.platform.ledger.list()),
      stop: async () => {
        await machine.stop();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error instanceof SettingsError ? new CommandError(error.message) : error;
  }
}

// The machine's own first. What cannot run here the provider refuses, and says that it is the machine's
// fault rather than an image's.
function toArchitectures({ architecture }: ContainerEngine) {
  return [architecture, ...architectures.filter((other) => other !== architecture)] as const;
}
