import { readNumber, readOptional, readText } from "../functions/core/read-json.ts";

/** A message as its receiver has it; times are milliseconds since the epoch. */
export type ReceivedMessage = {
  readonly id: string;
  /** Settles this reception of the message and no other. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly groupId?: string;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** How often it was received, this time included. */
  readonly receives: number;
};

/** A message that was set aside for a person to look at. */
export type LocalDeadLetter = {
  readonly body: string;
  readonly groupId?: string;
  /** When it was sent or set aside, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly reason: string;
};

type Row = Readonly<Record<string, unknown>>;

/** Reads a row of the queue that was just received. */
export function readMessage(row: Row): ReceivedMessage {
  const id = readNumber(row["id"], "id");
  const receives = readNumber(row["receives"], "receives");
  return {
    id: String(id),
    receiptHandle: `${id}.${receives}`,
    firstReceivedAt: readNumber(row["first_received_at"], "first_received_at"),
    receives,
    ...readCommon(row),
  };
}

/** Reads a row of the dead letters. */
export function readLocalDeadLetter(row: Row): LocalDeadLetter {
  return { ...readCommon(row), reason: readText(row["reason"], "reason") };
}

function readCommon(row: Row) {
  const groupId = readOptional(row["group_id"], (text) => readText(text, "group_id"));
  return {
    body: readText(row["body"], "body"),
    sentAt: readNumber(row["sent_at"], "sent_at"),
    ...(groupId === undefined ? {} : { groupId }),
  };
}
