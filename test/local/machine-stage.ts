import type { DatabaseSync } from "node:sqlite";

import type { RunnerProvider } from "../../functions/core/runner-provider.ts";
import { settingNames } from "../../functions/adapters/settings.ts";
import { createJsonLog } from "../../functions/adapters/json-log.ts";
import { openDatabase } from "../../local/database.ts";
import { secretNames, toLocalEnvironment } from "../../local/local-platform.ts";
import { type LocalMachine, startMachine } from "../../local/machine.ts";
import { createInProcessFetch } from "../../simulator/in-process-fetch.ts";
import { createServices } from "../../simulator/services.ts";
import { createVirtualTimeline } from "../../simulator/virtual-timeline.ts";
import {
  createTestRandom,
  privateKey,
  repository,
  start,
  webhookSecret,
} from "../support/test-world.ts";
import { createDatabasePath } from "./database-path.ts";
import { createFakeContainers, type FakeContainers } from "./fake-containers.ts";

/** A dispatcher on this machine that can be killed: nothing of it reaches anything from then on. */
export type MortalMachine = LocalMachine & {
  readonly kill: () => void;
  readonly isDead: () => boolean;
};

/**
 * The last thing that a dispatcher does, counted from 0: before or after the effect of a call to GitHub
 * or the containers, or before a row of the database changes.
 */
export type Death = {
  readonly when: "before a call" | "after a call" | "before a write";
  readonly count: number;
};

const env = toLocalEnvironment(
  {
    [settingNames.gitHubApiUrl]: "http://127.0.0.1/github",
    [settingNames.owners]: "acme",
    [secretNames.appId]: "1010",
    [secretNames.privateKey]: privateKey,
    [secretNames.webhookSecret]: webhookSecret,
  },
  { images: new Map([["default", "tornade-runner"]]), architectures: ["X86_64", "ARM64"] },
);

/** The simulated GitHub, containers with stub runners, a file, and no dispatcher yet. */
export function createMachineStage(seed?: number) {
  const timeline = createVirtualTimeline(start);
  const random = createTestRandom(seed);
  const path = createDatabasePath();
  const lines: string[] = [];
  const working: { machine?: MortalMachine } = {};
  const services = createServices({
    timeline,
    random,
    privateKey,
    webhookSecret,
    deliver: async ({ method, path: rawPath, headers, body }) => {
      const requestContext = { stage: "$default", http: { method } };
      const event = { rawPath, headers, requestContext, body };
      const answer = await working.machine?.receiveWebhook(event);
      return { status: answer?.statusCode ?? 503 };
    },
  });
  const { gitHub } = services;
  gitHub.addRepository({ fullName: repository, private: true });
  const containers = createFakeContainers(gitHub, timeline);
  const startDispatcher = async (death?: Death): Promise<MortalMachine> => {
    const life = { isDead: false, calls: 0 };
    const isDue = (when: Death["when"], count: number): boolean =>
      death?.when === when && death.count === count;
    const die = (): void => {
      life.isDead = true;
      if (database.isOpen) database.close();
      delete working.machine;
    };
    const live = async <T>(act: () => Promise<T>): Promise<T> => {
      const call = life.calls;
      life.calls += 1;
      if (isDue("before a call", call)) die();
      if (life.isDead) throw new Error("the dispatcher is dead");
      const result = await act();
      if (isDue("after a call", call)) die();
      if (life.isDead) throw new Error("the dispatcher is dead");
      return result;
    };
    const database = openDatabase(path);
    const provider = toMortal(containers, live);
    const fetch = createInProcessFetch(gitHub.handle, { pathPrefix: "/github" });
    const machine = await startMachine({
      env,
      database,
      providers: { FARGATE: provider, FARGATE_SPOT: provider, CODEBUILD: provider },
      watchEnds: (onEnd) => containers.watchEnds(async (end) => live(async () => onEnd(end))),
      fetch: async (url, request) => live(async () => fetch(url, request)),
      timeline,
      random,
      log: createJsonLog((line) => lines.push(line)),
    });
    countWrites(database, (count) => {
      life.isDead ||= isDue("before a write", count);
      if (life.isDead) throw new Error("the dispatcher is dead");
    });
    const kill = (): void => {
      die();
      void machine.stop();
    };
    working.machine = { ...machine, kill, isDead: () => life.isDead };
    return working.machine;
  };
  return { timeline, random, gitHub, containers, lines, startDispatcher };
}

/** Calls `onWrite` before every change of a row, which is not made when that throws. */
function countWrites(database: DatabaseSync, onWrite: (count: number) => void): void {
  let count = 0;
  database.function("on_write", () => {
    onWrite(count);
    count += 1;
    return null;
  });
  for (const table of ["ledger", "message"]) {
    for (const change of ["INSERT", "UPDATE", "DELETE"]) {
      database.exec(
        `CREATE TEMP TRIGGER ${table}_${change} BEFORE ${change} ON ${table}
          BEGIN SELECT on_write(); END`,
      );
    }
  }
}

function toMortal(
  { provider }: FakeContainers,
  live: <T>(act: () => Promise<T>) => Promise<T>,
): RunnerProvider {
  return {
    launch: async (request) => live(async () => provider.launch(request)),
    find: async (runner) => live(async () => provider.find(runner)),
    stop: async (computeId, reason) => live(async () => provider.stop(computeId, reason)),
  };
}
