import { once } from "node:events";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { readRunnerPrefix } from "../../functions/adapters/settings.ts";
import type { Environment } from "../../functions/adapters/surroundings.ts";
import type { Log } from "../../functions/core/log.ts";
import { createBoardReader } from "../board.ts";
import { createContainerReader } from "../container-compute.ts";
import { type ContainerEngine, findContainerEngine } from "../container-engine.ts";
import { removeAllRunners } from "../container-state.ts";
import { createDemoGitHub } from "../demo-github.ts";
import { demoRepository, isOver, queueDemo, toContainerDemo } from "../demo.ts";
import { startDispatcher } from "../dispatcher.ts";
import { conclude, createDisplay, follow } from "../display.ts";
import type { Output } from "../output.ts";
import { connectContainers, lineVariables } from "../runner-lines.ts";
import type { ContainersCommand } from "./start-flags.ts";

/** How long the demo may take, in milliseconds. */
const demoLimit = 120_000;

/**
 * Plays the demo with a simulated GitHub and runners in real containers, of which none is left.
 * @returns the exit code
 */
export async function startContainers(
  { image, json }: ContainersCommand,
  output: Output,
  env: Environment,
): Promise<number> {
  // Outcomes are on the board; a log line is for what went wrong.
  const log = { ...createJsonLog((line) => output.stderr.write(line)), info: () => {} };
  const engine = await findContainerEngine(env);
  const demo = await startDemo({ engine, image, log });
  const interrupted = interruption();
  try {
    const until = Date.now() + demoLimit;
    const display = createDisplay({ json }, output.stdout);
    const board = await follow(
      demo.readBoard,
      display,
      (seen) => isOver(seen) || Date.now() > until || interrupted.is,
    );
    return interrupted.is ? 130 : conclude(board, display, toContainerDemo(engine.architecture));
  } finally {
    await demo.end();
  }
}

type DemoParts = {
  readonly engine: ContainerEngine;
  readonly image: string | undefined;
  readonly log: Log;
};

async function startDemo({ engine, log, image = testImage(engine) }: DemoParts) {
  const { api } = engine;
  const { gitHub, env, fetch, connect } = createDemoGitHub();
  const runnerPrefix = readRunnerPrefix(env);
  // Of a demo that was killed: its GitHub is gone, so that nobody else can end them.
  await removeAllRunners(api, { runnerPrefix });
  const images = new Map([["default", image]]);
  const buildCommand = "npm run test:image";
  const settings = { engine, images, buildCommand, variables: lineVariables, env, fetch, log };
  const dispatcher = await startDispatcher({ ...settings, databasePath: ":memory:" });
  connect(dispatcher.receiveWebhook);
  const cut = connectContainers({ api, gitHub, log, runnerPrefix });
  gitHub.addRepository({ fullName: demoRepository, private: true });
  queueDemo(gitHub);
  const readCompute = createContainerReader(engine);
  return {
    readBoard: createBoardReader({ gitHub, readLedger: dispatcher.readLedger, readCompute }),
    end: async () => {
      await dispatcher.stop();
      await cut();
      await removeAllRunners(api, { runnerPrefix });
    },
  };
}

// GitHub's real runner talks to the real GitHub only: the demo takes the image with the stand-in for it.
function testImage({ architecture }: ContainerEngine): string {
  return `localhost/tornade-test:slim-${architecture}`;
}

function interruption(): { is: boolean } {
  const interrupted = { is: false };
  for (const signal of ["SIGINT", "SIGTERM"]) {
    void once(process, signal).then(() => {
      interrupted.is = true;
    });
  }
  return interrupted;
}
