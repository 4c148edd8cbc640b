import { setTimeout as sleep } from "node:timers/promises";

import type { RunnerEnd } from "../functions/core/state-change.ts";
import type { Log } from "../functions/core/log.ts";
import type { ContainerOptions } from "./container-request.ts";
import type { ContainerProvider } from "./container-provider.ts";
import {
  listRunnerContainers,
  listRunnerNetworks,
  ownFilter,
  readContainerEnd,
  removeRunner,
  type RunnerContainer,
} from "./container-state.ts";
import type { DockerApi } from "./docker-api.ts";

/** What a watch works with. */
export type WatchParts = Pick<ContainerOptions, "runnerPrefix"> & {
  readonly api: DockerApi;
  readonly provider: Pick<ContainerProvider, "launching">;
  readonly log: Log;
  /** Told of every end; what it rejects is told again. */
  readonly onEnd: (end: RunnerEnd) => Promise<void>;
  /** How long nothing may be heard until the engine is asked, in milliseconds. @default 15_000 */
  readonly lookEvery?: number;
};

/** How long after an engine hung up it is listened to again, in milliseconds. */
const listenAgainAfter = 1_000;

/** Stops watching; resolves once nothing is being done any more. */
export type EndWatch = () => Promise<void>;

/**
 * Tells the end of every container of ours, and removes it with its network once that is known. Also of
 * those that ended while nobody watched: nothing is removed by the engine itself, so they are still there.
 */
export function watchContainers(parts: WatchParts): EndWatch {
  const ended = new AbortController();
  const { signal } = ended;
  const wake: { up: () => void } = { up: () => {} };
  const watching = Promise.all([
    lookAgainAndAgain({ ...parts, signal, wake }),
    listen({ ...parts, signal, wake }),
  ]);
  return async () => {
    ended.abort();
    wake.up();
    await watching;
  };
}

type Watch = WatchParts & {
  readonly signal: AbortSignal;
  /** Ends the pause between two looks. */
  readonly wake: { up: () => void };
};

async function lookAgainAndAgain(watch: Watch): Promise<void> {
  const { signal, log, lookEvery = 15_000 } = watch;
  while (!signal.aborted) {
    // Made before the look: what happens during it is seen by the next one.
    const woken = pause(watch, lookEvery);
    await look(watch).catch((error: unknown) => {
      log.warn("containers not looked at", { error });
    });
    await woken;
  }
}

async function pause({ wake, signal }: Watch, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, signal.aborted ? 0 : milliseconds);
    wake.up = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function look(watch: Watch): Promise<void> {
  const { api, provider } = watch;
  const busy = new Set(provider.launching);
  // Networks first: the container of each that is listed here is listed below, or gone.
  const networks = await listRunnerNetworks(api, watch);
  const containers = await listRunnerContainers(api, watch);
  const isBusy = (name: string): boolean => busy.has(name) || provider.launching.has(name);
  const ended = containers.filter((one) => !one.isAlive && !isBusy(one.runnerName));
  await Promise.all(ended.map(async (container) => settle(container, watch)));
  const inUse = new Set(containers.map(({ runnerName }) => runnerName));
  for (const name of networks) {
    if (!inUse.has(name) && !isBusy(name)) await removeRunner(api, name);
  }
}

async function settle({ id, runnerName }: RunnerContainer, watch: Watch): Promise<void> {
  const { api, onEnd, log } = watch;
  try {
    const end = await readContainerEnd(api, id, Date.now());
    if (end === undefined) return;
    await onEnd({ runnerName, computeId: id, ...end, interrupted: false });
    await removeRunner(api, runnerName);
  } catch (error) {
    log.warn("end of a container not settled", { runnerName, error });
  }
}

// Events only wake: what has happened is looked up, so that one that was missed is no loss. Of any kind,
// as podman 4 lets none through where Docker's `die` is asked for.
async function listen({ api, signal, wake, log, ...own }: Watch): Promise<void> {
  const filters = { type: ["container"], ...ownFilter(own) };
  while (!signal.aborted) {
    try {
      const events = api.follow("/events", { filters }, signal);
      while ((await events.next()).done !== true) wake.up();
    } catch (error) {
      if (!signal.aborted) log.warn("events of the container engine not heard", { error });
    }
    await sleep(listenAgainAfter, undefined, { signal }).catch(() => {});
  }
}
