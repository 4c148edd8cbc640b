import { once } from "node:events";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { createNodeFetch } from "../../functions/adapters/node-fetch.ts";
import type { Environment } from "../../functions/adapters/surroundings.ts";
import type { Log } from "../../functions/core/log.ts";
import { findContainerEngine } from "../container-engine.ts";
import { type Dispatcher, startDispatcher } from "../dispatcher.ts";
import { readLiveEnvironment } from "../live-environment.ts";
import type { Output } from "../output.ts";
import { listen } from "../server.ts";
import { receiveFromSmee } from "../smee.ts";
import { takeStateFolder } from "../state-folder.ts";
import type { LiveCommand } from "./start-flags.ts";

/** Milliseconds one request to GitHub may take. */
const requestTimeout = 10_000;

/** What `docs/one-machine.md` has people build. */
const defaultImage = "tornade-runner";

/**
 * Serves the jobs of the real GitHub with containers of this machine until it is interrupted. What it
 * leaves undone then, or when it is killed, the next one goes on with.
 */
export async function startLive(
  { port, state, smee, image = defaultImage }: LiveCommand,
  { stdout }: Output,
  env: Environment,
): Promise<number> {
  const settings = readLiveEnvironment(env);
  const log = createJsonLog((line) => stdout.write(line));
  const engine = await findContainerEngine(settings);
  const folder = takeStateFolder(state);
  try {
    const dispatcher = await startDispatcher({
      engine,
      images: new Map([["default", image]]),
      buildCommand: `docker build --target slim --tag ${image} runner-image`,
      env: settings,
      databasePath: folder.databasePath,
      fetch: createNodeFetch(requestTimeout),
      log,
    });
    await serve(dispatcher, { port, smee, log });
  } finally {
    folder.release();
  }
  return 0;
}

type Place = {
  readonly port: number;
  readonly smee: string | undefined;
  readonly log: Log;
};

async function serve(dispatcher: Dispatcher, { port, smee, log }: Place): Promise<void> {
  const over = new AbortController();
  try {
    const server = await listen(port, dispatcher);
    log.info("listening", { url: `http://127.0.0.1:${server.port}/webhook` });
    const relayed = smee === undefined ? undefined : { url: smee, log, signal: over.signal };
    const relaying = relayed && receiveFromSmee(dispatcher.receiveWebhook, relayed);
    await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
    over.abort();
    await Promise.all([server.close(), relaying]);
  } finally {
    await dispatcher.stop();
  }
}
