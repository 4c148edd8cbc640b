import type { DatabaseSync } from "node:sqlite";

import type { QueueMessages } from "../functions/adapters/sqs-messages.ts";
import { encodeEnvelope } from "../functions/core/envelope.ts";
import { messageOf, QueueError } from "../functions/core/errors.ts";
import type { JobQueue } from "../functions/core/job-queue.ts";
import {
  type LocalDeadLetter,
  readLocalDeadLetter,
  readMessage,
  type ReceivedMessage,
} from "./message.ts";
import { createTables, prepareStatements } from "./queue-statements.ts";

/** How the queue treats its messages; unless told otherwise as the deployed one does. */
export type SqliteQueueOptions = {
  readonly now: () => number;
  /** For how long a received message is hidden, in milliseconds. @default 90_000 */
  readonly visibilityTimeout?: number;
  /** How often a message is received before it is set aside. @default 10 */
  readonly maxReceiveCount?: number;
};

/** The job queue in a file of this machine, with the dead letters behind it. */
export type SqliteQueue = JobQueue &
  QueueMessages & {
    /** Takes up to `limit` messages and hides them; those received too often are set aside. */
    readonly receive: (limit: number) => readonly ReceivedMessage[];
    /** Deletes a message that is done with; one that was received anew meanwhile stays. */
    readonly acknowledge: (receiptHandle: string) => void;
    /** Shows what was received and never settled: whoever had it is dead. */
    readonly returnInFlight: () => void;
    /** When the next message can be received; undefined where there is none. */
    readonly nextVisibleAt: () => number | undefined;
    /** Calls `listener` after every message that is sent or hidden here, until told to stop. */
    readonly watch: (listener: () => void) => () => void;
    readonly deadLetters: () => readonly LocalDeadLetter[];
  };

/**
 * A queue with what the functions rely on in SQS: at least once, delays, visibility by message, receive
 * counts and dead letters, fair between groups. A hidden message is no longer its receiver's.
 */
export function createSqliteQueue(
  database: DatabaseSync,
  options: SqliteQueueOptions,
): SqliteQueue {
  createTables(database);
  const sql = prepareStatements(database);
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    ...createSenders(sql, { now: options.now, tell }),
    ...createReceivers(sql, { ...options, database, tell }),
    watch: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    deadLetters: () => sql.deadLetters.all().map(readLocalDeadLetter),
  };
}

type Statements = ReturnType<typeof prepareStatements>;
type Parts = { readonly now: () => number; readonly tell: () => void };

function createSenders(sql: Statements, { now, tell }: Parts): JobQueue & QueueMessages {
  return {
    send: async (envelope, { groupId = null, delaySeconds = 0 } = {}) => {
      const at = now();
      const body = encodeEnvelope(envelope);
      store(() => sql.send.run({ body, groupId, at, visibleAt: at + delaySeconds * 1_000 }));
      tell();
    },
    hide: async (receiptHandle, milliseconds) => {
      const visibleAt = now() + Math.max(0, Math.ceil(milliseconds));
      sql.hide.run({ ...readReceipt(receiptHandle), visibleAt });
      tell();
    },
    setAside: async ({ body, groupId = null }, reason) => {
      sql.setAside.run({ body, groupId, at: now(), reason });
    },
  };
}

function createReceivers(
  sql: Statements,
  options: Parts & SqliteQueueOptions & { readonly database: DatabaseSync },
): Pick<SqliteQueue, "receive" | "acknowledge" | "returnInFlight" | "nextVisibleAt"> {
  const { now, tell, database, visibilityTimeout = 90_000, maxReceiveCount = 10 } = options;
  return {
    receive: (limit) =>
      inTransaction(database, () => {
        const at = now();
        sql.copyDeadLetters.run({ at, maxReceiveCount });
        sql.deleteDeadLetters.run({ at, maxReceiveCount });
        const received = sql.receive.all({ at, hiddenUntil: at + visibilityTimeout, limit });
        return received
          .map(readMessage)
          .toSorted((one, other) => Number(one.id) - Number(other.id));
      }),
    acknowledge: (receiptHandle) => {
      sql.acknowledge.run(readReceipt(receiptHandle));
    },
    returnInFlight: () => {
      sql.returnInFlight.run({ at: now() });
      tell();
    },
    nextVisibleAt: () => {
      const at = sql.nextVisibleAt.get()?.["at"];
      return typeof at === "number" ? at : undefined;
    },
  };
}

function store(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    throw new QueueError(`job queue did not store the message: ${messageOf(error)}`);
  }
}

function inTransaction<T>(database: DatabaseSync, run: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

// A receipt names one reception: the next one of the same message makes it worthless.
function readReceipt(receiptHandle: string): { readonly id: number; readonly receives: number } {
  const [id, receives] = receiptHandle.split(".").map(Number);
  return { id: id ?? 0, receives: receives ?? 0 };
}
