import type { DatabaseSync } from "node:sqlite";

import type { Fetch } from "../functions/adapters/node-fetch.ts";
import type { Environment, Surroundings } from "../functions/adapters/surroundings.ts";
import type { RunnerEnd } from "../functions/core/state-change.ts";
import type { Log } from "../functions/core/log.ts";
import type { RunnerProviders } from "../functions/core/runner-provider.ts";
import { createFollowRunner } from "../functions/follow-runner/follow-runner.ts";
import { createLaunchRunner } from "../functions/launch-runner/launch-runner.ts";
import {
  createReceiveWebhook,
  type ReceiveWebhook,
} from "../functions/receive-webhook/receive-webhook.ts";
import { createReconcile, type Reconcile } from "../functions/reconcile/reconcile.ts";
import type { Timeline } from "../simulator/timeline.ts";
import { consumeQueue } from "./consume-queue.ts";
import { createLocalPlatform, type LocalPlatform } from "./local-platform.ts";
import { repeatEveryMinute } from "./repeat.ts";

/** What a machine works with. */
export type MachineOptions = {
  /** Settings of the functions, see `toLocalEnvironment`, and the secrets that they name. */
  readonly env: Environment;
  /** Outlives the process, which may end at any time. */
  readonly database: DatabaseSync;
  readonly providers: RunnerProviders;
  /**
   * Tells the end of every runner, also of one that ended while nobody watched, and again what was
   * rejected; until the function returned is called.
   */
  readonly watchEnds: (onEnd: (end: RunnerEnd) => Promise<void>) => () => Promise<void>;
  readonly fetch: Fetch;
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly log: Log;
};

/** The functions at work on one machine. */
export type LocalMachine = {
  /** The function behind the webhook's endpoint. */
  readonly receiveWebhook: ReceiveWebhook;
  readonly reconcile: Reconcile;
  readonly platform: LocalPlatform;
  /** Begins nothing more; resolves when nothing uses the database any longer. */
  readonly stop: () => Promise<void>;
};

/** Puts the functions to work on one machine, wired as the stack wires them; goes on where it ended. */
export async function startMachine(options: MachineOptions): Promise<LocalMachine> {
  const { timeline, log } = options;
  const platform = createLocalPlatform({ ...options, now: () => timeline.now() });
  const surroundings = toSurroundings(options, platform);
  const receiveWebhook = await createReceiveWebhook(surroundings);
  const launchRunner = await createLaunchRunner(surroundings);
  const followRunner = await createFollowRunner(surroundings);
  const reconcile = await createReconcile(surroundings);
  const consumer = consumeQueue({ queue: platform.queue, timeline, log, invoke: launchRunner });
  const stopWatching = options.watchEnds(async (end) => followRunner(toStateChange(end)));
  const stopRepeating = repeatEveryMinute(reconcile, options.timeline);
  return {
    receiveWebhook,
    reconcile,
    platform,
    stop: async () => {
      await Promise.all([stopRepeating(), stopWatching(), consumer.stop()]);
    },
  };
}

function toSurroundings(options: MachineOptions, platform: LocalPlatform): Surroundings {
  const { env, timeline, random, fetch, log } = options;
  return {
    env,
    now: () => timeline.now(),
    random,
    fetch,
    log,
    platform,
    requestHandler: {
      handle: async () => {
        throw new Error("there is no AWS on this machine");
      },
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
  };
}

// What follow-runner reads of a task that stopped, whatever the task was.
function toStateChange({ runnerName, computeId, at, reason, interrupted }: RunnerEnd): unknown {
  return {
    "detail-type": "ECS Task State Change",
    time: new Date(at).toISOString(),
    detail: {
      lastStatus: "STOPPED",
      taskArn: computeId,
      startedBy: runnerName,
      ...(interrupted ? { stopCode: "TerminationNotice" } : {}),
      stoppedReason: reason,
    },
  };
}
