import type { DatabaseSync } from "node:sqlite";

// Ids are never used twice (AUTOINCREMENT): a receipt of a deleted message must not fit another one.
const schema = `
  CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    group_id TEXT,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    in_flight INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS message_visible ON message (visible_at);
  CREATE INDEX IF NOT EXISTS message_in_flight ON message (group_id) WHERE in_flight;
  CREATE TABLE IF NOT EXISTS dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    group_id TEXT,
    sent_at INTEGER NOT NULL,
    reason TEXT NOT NULL
  );
`;

/** Creates the tables of the queue, where they are not there yet. */
export function createTables(database: DatabaseSync): void {
  database.exec(schema);
}

/** Everything that is asked of the tables; all times are milliseconds since the epoch. */
export function prepareStatements(database: DatabaseSync) {
  return {
    send: database.prepare(
      `INSERT INTO message (body, group_id, sent_at, visible_at)
        VALUES (:body, :groupId, :at, :visibleAt)`,
    ),
    receive: database.prepare(receive),
    acknowledge: database.prepare(
      "DELETE FROM message WHERE id = :id AND receives = :receives AND in_flight",
    ),
    hide: database.prepare(
      `UPDATE message SET visible_at = :visibleAt, in_flight = 0
        WHERE id = :id AND receives = :receives AND in_flight`,
    ),
    returnInFlight: database.prepare(
      "UPDATE message SET visible_at = min(visible_at, :at), in_flight = 0 WHERE in_flight",
    ),
    nextVisibleAt: database.prepare("SELECT min(visible_at) AS at FROM message"),
    ...prepareDeadLetters(database),
  };
}

// The turn of a message is its place in its group, counted on from what the group has in flight: so a
// group with much to do delays nobody else. Without a group, a message is a group of its own.
const receive = `
  WITH busy AS (
    SELECT group_id, count(*) AS messages FROM message
      WHERE in_flight AND visible_at > :at GROUP BY group_id
  ), visible AS (
    SELECT id, coalesce(busy.messages, 0) + row_number() OVER (
      PARTITION BY coalesce(message.group_id, id) ORDER BY visible_at, id
    ) AS turn, visible_at
      FROM message LEFT JOIN busy ON busy.group_id = message.group_id
      WHERE visible_at <= :at
  )
  UPDATE message SET receives = receives + 1, in_flight = 1, visible_at = :hiddenUntil,
    first_received_at = coalesce(first_received_at, :at)
    WHERE id IN (SELECT id FROM visible ORDER BY turn, visible_at, id LIMIT :limit)
    RETURNING id, body, group_id, sent_at, receives, first_received_at
`;

function prepareDeadLetters(database: DatabaseSync) {
  const isDead = "visible_at <= :at AND receives >= :maxReceiveCount";
  return {
    copyDeadLetters: database.prepare(
      `INSERT INTO dead_letter (body, group_id, sent_at, reason)
        SELECT body, group_id, sent_at, 'received ' || receives || ' times, never acknowledged'
        FROM message WHERE ${isDead} ORDER BY id`,
    ),
    deleteDeadLetters: database.prepare(`DELETE FROM message WHERE ${isDead}`),
    setAside: database.prepare(
      `INSERT INTO dead_letter (body, group_id, sent_at, reason)
        VALUES (:body, :groupId, :at, :reason)`,
    ),
    deadLetters: database.prepare(
      "SELECT body, group_id, sent_at, reason FROM dead_letter ORDER BY id",
    ),
  };
}
