import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

import { reasonAttribute } from "../functions/adapters/sqs-messages.ts";
import { type DeadLetter, readDeadLetter, type ReadLetter } from "./dead-letter.ts";

/** A dead-letter queue, and the queue that its messages belong in. */
export type DeadLetterQueue = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Whether to look at the messages and leave all of them where they are. */
  readonly dryRun: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** One pass over the queue, with what it has to remember. */
type Pass = DeadLetterQueue & {
  readonly startedAt: number;
  /** Bodies of the messages that were brought back. */
  readonly broughtBack: Set<string>;
  /** Receipt handles of the messages that stay, by message id. */
  readonly held: Map<string, string>;
};

/** How long a message that was looked at stays out of the way, in seconds: longer than a pass takes. */
const visibilityTimeout = 900;

/**
 * Brings those messages back to their queue that this version can read, and tells of each one. A
 * message is sent before it is deleted: whatever fails in between, it comes twice at worst.
 * SQS's own StartMessageMoveTask would move what nobody can read as well, around and around.
 * @throws what SQS answers; whatever was told until then has happened
 */
export async function* redrive(queue: DeadLetterQueue): AsyncGenerator<DeadLetter> {
  const startedAt = queue.now();
  const pass: Pass = { ...queue, startedAt, broughtBack: new Set(), held: new Map() };
  try {
    for (;;) {
      const messages = await receive(pass);
      if (messages.length === 0) return;
      const fresh = hold(messages, pass);
      const handled = await Promise.allSettled(fresh.map(async (one) => handle(one, pass)));
      for (const one of handled) if (one.status === "fulfilled") yield one.value;
      for (const one of handled) if (one.status === "rejected") throw one.reason;
    }
  } finally {
    await release(pass);
  }
}

async function receive({ client, deadLetterQueueUrl }: Pass): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: deadLetterQueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["SentTimestamp", "MessageGroupId"],
    MessageAttributeNames: [reasonAttribute],
    VisibilityTimeout: visibilityTimeout,
    // Without a wait SQS asks only some of its servers, and no message does not mean none.
    WaitTimeSeconds: 1,
  });
  return (await client.send(command)).Messages ?? [];
}

/** @returns the messages that this pass has not seen yet */
function hold(messages: readonly Message[], { held }: Pass): readonly Message[] {
  const fresh = messages.filter(({ MessageId: id = "" }) => !held.has(id));
  for (const { MessageId: id = "", ReceiptHandle: receiptHandle = "" } of messages) {
    held.set(id, receiptHandle);
  }
  return fresh;
}

async function handle(message: Message, pass: Pass): Promise<DeadLetter> {
  const read = readDeadLetter(message);
  if (read.letter.stays !== undefined) return read.letter;
  if (hasComeAgain(read, pass)) return { ...read.letter, stays: comeAgain };
  if (!pass.dryRun) {
    await sendBack(read, pass);
    await remove(message, pass);
  }
  return read.letter;
}

const comeAgain = "it was brought back just now and came again; deploy the fix before its messages";

// Functions that are older than this command send back at once what only this command can read.
function hasComeAgain({ letter, body }: ReadLetter, { broughtBack, startedAt }: Pass): boolean {
  return broughtBack.has(body) && letter.sentAt >= startedAt;
}

// The text stays as it is: a version other than this one may know fields that this one does not.
async function sendBack({ body, groupId }: ReadLetter, pass: Pass): Promise<void> {
  await pass.client.send(
    new SendMessageCommand({
      QueueUrl: pass.queueUrl,
      MessageBody: body,
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    }),
  );
  pass.broughtBack.add(body);
}

async function remove(message: Message, pass: Pass): Promise<void> {
  const { MessageId: id = "", ReceiptHandle: receiptHandle } = message;
  await pass.client.send(
    new DeleteMessageCommand({ QueueUrl: pass.deadLetterQueueUrl, ReceiptHandle: receiptHandle }),
  );
  pass.held.delete(id);
}

/** Lets those who look next see what stays. Where that fails, the visibility timeout does it later. */
async function release({ client, deadLetterQueueUrl, held }: Pass): Promise<void> {
  const entries = [...held.values()].map((receiptHandle, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: 0,
  }));
  for (let first = 0; first < entries.length; first += 10) {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: deadLetterQueueUrl,
      Entries: entries.slice(first, first + 10),
    });
    await client.send(command).catch(() => {});
  }
}
