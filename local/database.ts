import { DatabaseSync } from "node:sqlite";

import { messageOf } from "../functions/core/errors.ts";
import { CommandError } from "./command-error.ts";

/** Milliseconds that a statement waits for another process that writes. */
const busyTimeout = 5_000;

/**
 * Opens, or creates, the file that outlives the dispatcher. Whoever is killed leaves whole commits only
 * (WAL). Each is on the disk before it is acted on (FULL), as GitHub never tells again what was answered
 * with 202, and a launch follows the row that claims it: a power cut shall not undo either, and
 * thousands of commits a second are enough for one machine.
 * https://www.sqlite.org/pragma.html#pragma_synchronous
 * @throws {CommandError} where the file is something else, or cannot be opened
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: busyTimeout });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    return database;
  } catch (error) {
    database?.close();
    throw new CommandError(
      `'${path}' should be a database of tornade's, got something else (${messageOf(error)}); move it away, or name another folder with --state`,
    );
  }
}
