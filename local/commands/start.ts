import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { realTimeline } from "../../simulator/timeline.ts";
import { createWorld } from "../../simulator/world.ts";
import { type Board, createBoardReader } from "../board.ts";
import { createComputeReader } from "../compute.ts";
import { demoRepository, isOver, queueDemo } from "../demo.ts";
import { conclude, createDisplay, follow } from "../display.ts";
import { createOneMore } from "../one-more.ts";
import type { Output } from "../output.ts";
import { type LedgerItems, readLedger } from "../read-ledger.ts";
import { listen } from "../server.ts";
import type { StartCommand } from "./start-flags.ts";

/** How long the demo may take, in milliseconds; on a quiet machine it takes ten seconds. */
const demoLimit = 90_000;

/** Runs tornade on this machine: plays the demo, and then stays up unless told otherwise. */
export async function start(command: StartCommand, output: Output): Promise<number> {
  const webhookSecret = command.webhookSecret ?? randomBytes(24).toString("hex");
  const oneMore = createOneMore(webhookSecret);
  const world = await createWorld({
    ...quickWorld,
    ...(command.privateKey === undefined ? {} : { privateKey: command.privateKey }),
    webhookSecret,
    betweenWebhook: oneMore.withhold,
    // Outcomes are on the board; a log line is for what went wrong.
    log: { ...createJsonLog((line) => output.stderr.write(line)), info: () => {} },
  });
  const readItems = async (): Promise<LedgerItems> => readLedger(world);
  const readBoard = createBoardReader({
    gitHub: world.gitHub,
    readLedger: readItems,
    readCompute: createComputeReader(world.surroundings),
  });
  const server = await listen(command.port, { ...world, readLedger: readItems });
  const display = createDisplay(command, output.stdout);
  display.say("listening", { url: `http://127.0.0.1:${server.port}` });
  try {
    const repository = world.gitHub.addRepository({ fullName: demoRepository, private: true });
    queueDemo(world.gitHub);
    const until = Date.now() + demoLimit;
    const over = (seen: Board): boolean => isOver(seen) || Date.now() > until;
    const board = await follow(readBoard, display, over);
    const exitCode = conclude(board, display);
    if (command.once) return exitCode;
    display.say("one more", {
      curl: oneMore.queue(world.gitHub, { repository, port: server.port }),
    });
    await follow(readBoard, display, () => false);
    return exitCode;
  } finally {
    await Promise.all([server.close(), world.stop()]);
  }
}

/** Everything that takes a minute in the cloud takes a second here. */
const quickWorld = {
  timeline: realTimeline,
  random: Math.random,
  aws: {
    ecsLatency: { provisioning: 700, pending: 300, pull: 900, start: 300, deprovisioning: 400 },
    codeBuildLatency: { submitted: 200, provisioning: 500, finalizing: 200 },
  },
  gitHub: { assignmentDelayMilliseconds: 200, deliveryDelayMilliseconds: 100 },
  runner: { bootMilliseconds: 400 },
  betweenGitHub: (next) => async (request) => {
    await sleep(250);
    return next(request);
  },
} satisfies Partial<Parameters<typeof createWorld>[0]>;
