import type { DatabaseSync } from "node:sqlite";

import type { Platform } from "../functions/adapters/platform.ts";
import { settingNames as names } from "../functions/adapters/settings.ts";
import type { Environment } from "../functions/adapters/surroundings.ts";
import type { Architecture } from "../functions/core/provider.ts";
import type { RunnerProviders } from "../functions/core/runner-provider.ts";
import { createSqliteLedger, type SqliteLedger } from "./sqlite-ledger.ts";
import { createSqliteQueue, type SqliteQueue } from "./sqlite-queue.ts";

/** The variables that hold the secrets which the cloud keeps in its parameter store. */
export const secretNames = {
  appId: "GITHUB_APP_ID",
  privateKey: "GITHUB_PRIVATE_KEY",
  webhookSecret: "GITHUB_WEBHOOK_SECRET",
} as const;

/** What a platform on one machine is made of. */
export type LocalPlatformOptions = {
  readonly database: DatabaseSync;
  readonly now: () => number;
  /** Has the secrets. */
  readonly env: Environment;
  readonly providers: RunnerProviders;
};

/** What the functions stand on where there is one machine and no AWS. */
export type LocalPlatform = Platform & {
  readonly ledger: SqliteLedger;
  readonly queue: SqliteQueue;
};

/** Puts ledger and queue into one file, and takes secrets from the environment. */
export function createLocalPlatform(options: LocalPlatformOptions): LocalPlatform {
  const { database, now, env, providers } = options;
  const queue = createSqliteQueue(database, { now });
  return {
    ledger: createSqliteLedger(database, now),
    queue,
    messages: queue,
    providers,
    readParameters: async (wanted) => {
      const found = Object.entries(env).filter(([name]) => wanted.includes(name));
      return new Map(found.map(([name, text = ""]) => [name, text]));
    },
  };
}

/** What the containers of this machine are made from. */
export type LocalImages = {
  /** By the names that `image=` may have. */
  readonly images: ReadonlyMap<string, string>;
  /** Those that jobs may ask for; they get the first unless they do. */
  readonly architectures: readonly [Architecture, ...Architecture[]];
};

/**
 * The settings of the functions on one machine. They read at the start all that they would ask of AWS;
 * what nobody asks for here is named all the same.
 */
export function toLocalEnvironment(env: Environment, local: LocalImages): Environment {
  return {
    [names.defaults]: JSON.stringify({ arch: local.architectures[0] }),
    ...env,
    [names.images]: JSON.stringify(toImageTable(local)),
    [names.imageBuilds]: "",
    [names.appIdParameter]: secretNames.appId,
    [names.privateKeyParameter]: secretNames.privateKey,
    [names.webhookSecretParameter]: secretNames.webhookSecret,
    [names.queueUrl]: "message",
    [names.deadLetterQueueUrl]: "dead_letter",
    [names.ledgerTable]: "ledger",
    [names.cluster]: "local",
    [names.codeBuildProject]: "local",
    [names.subnets]: "local",
    [names.securityGroups]: "local",
  };
}

function toImageTable({ images, architectures }: LocalImages) {
  const table = [...images].map(([name, image]) => {
    const places = { taskDefinition: image, codeBuildImage: image };
    return [name, Object.fromEntries(architectures.map((one) => [one, places]))] as const;
  });
  return Object.fromEntries(table);
}
