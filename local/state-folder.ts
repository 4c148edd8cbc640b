import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { messageOf } from "../functions/core/errors.ts";
import { CommandError } from "./command-error.ts";

/** The folder of one dispatcher, until it is released or the process ends. */
export type StateFolder = { readonly databasePath: string; readonly release: () => void };

/**
 * Makes the folder in which the real GitHub's jobs are remembered, and keeps every other dispatcher out
 * of it: two would take each other's messages, with settings that may differ.
 * @throws {CommandError} where it cannot be made or written, or is another dispatcher's
 */
export function takeStateFolder(path: string): StateFolder {
  makeFolder(path);
  const lock = openLock(path);
  return {
    databasePath: join(path, "dispatcher.sqlite"),
    release: () => {
      lock.close();
    },
  };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CommandError(
      `--state should be a folder, got '${path}', which cannot be made (${messageOf(error)}); name another one`,
    );
  }
}

// A lock of SQLite's is given back by the system however the process ends.
function openLock(path: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(path, "lock.sqlite"), { timeout: 0 });
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    throw new CommandError(describe(error, path));
  }
}

function describe(error: unknown, path: string): string {
  if (isLocked(error)) {
    return `--state '${path}' is another dispatcher's, which still runs; end that one, or name another folder`;
  }
  return `--state should be a folder of tornade's, got '${path}', which cannot be locked (${messageOf(error)}); make it writable, or name another one`;
}

// SQLITE_BUSY and SQLITE_LOCKED, of which there are kinds in the higher bytes.
// https://www.sqlite.org/rescode.html
function isLocked(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) % 256 : 0;
  return code === 5 || code === 6;
}
