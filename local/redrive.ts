import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

import { reasonAttribute } from "../functions/adapters/sqs-messages.ts";
import { messageOf, toError } from "../functions/core/errors.ts";
import { type DeadLetter, readDeadLetter, type ReadLetter } from "./dead-letter.ts";

/** A dead-letter queue, and the queue that its messages belong in. */
export type DeadLetterQueue = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** Whether to look at the messages and leave all of them where they are. */
  readonly dryRun: boolean;
  /** Ends the pass after the messages that are in hand. */
  readonly signal?: AbortSignal;
};

/** One pass over the queue, with what it has to remember. */
type Pass = DeadLetterQueue & {
  /** Bodies of the messages that were brought back, and what SQS's clock had shown before. */
  readonly broughtBack: Map<string, number>;
  /** Receipt handles of the messages that stay, by message id. */
  readonly held: Map<string, string>;
  /** The latest time that SQS has told of, in milliseconds since the epoch. */
  clock: number;
};

/** How long a message that was looked at stays out of the way, in seconds: longer than a pass takes. */
const visibilityTimeout = 900;

/** How many messages are hidden: somebody else looks at them, or did so within a quarter of an hour. */
export async function countHidden({
  client,
  deadLetterQueueUrl,
}: Pick<DeadLetterQueue, "client" | "deadLetterQueueUrl">): Promise<number> {
  const name = "ApproximateNumberOfMessagesNotVisible";
  const command = new GetQueueAttributesCommand({
    QueueUrl: deadLetterQueueUrl,
    AttributeNames: [name],
  });
  return Number((await client.send(command)).Attributes?.[name] ?? 0);
}

/**
 * Brings those messages back to their queue that this version can read, and tells of each one. A
 * message is sent before it is deleted: whatever fails in between, it comes twice at worst.
 * SQS's own StartMessageMoveTask would move what nobody can read as well, around and around.
 * @throws what SQS answers; whatever was told until then has happened
 */
export async function* redrive(queue: DeadLetterQueue): AsyncGenerator<DeadLetter> {
  const pass: Pass = { ...queue, broughtBack: new Map(), held: new Map(), clock: 0 };
  let isOver = false;
  try {
    while (queue.signal?.aborted !== true) {
      const messages = await receive(pass);
      if (messages.length === 0) break;
      const fresh = hold(messages, pass);
      const handled = await Promise.all(fresh.map(async (one) => handle(one, pass)));
      for (const { letter } of handled) yield letter;
      for (const { failure } of handled) if (failure !== undefined) throw toError(failure);
    }
    isOver = true;
  } finally {
    const released = release(pass);
    // What failed before is what is told.
    await (isOver ? released : released.catch(() => {}));
  }
}

async function receive({ client, deadLetterQueueUrl }: Pass): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: deadLetterQueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: [
      "SentTimestamp",
      "ApproximateFirstReceiveTimestamp",
      "MessageGroupId",
    ],
    MessageAttributeNames: [reasonAttribute],
    VisibilityTimeout: visibilityTimeout,
    // Without a wait SQS asks only some of its servers, and no message does not mean none.
    WaitTimeSeconds: 1,
  });
  return (await client.send(command)).Messages ?? [];
}

/** @returns the messages that this pass has not seen yet */
function hold(messages: readonly Message[], pass: Pass): readonly Message[] {
  const { held } = pass;
  const fresh = messages.filter(({ MessageId: id = "" }) => !held.has(id));
  for (const { MessageId: id = "", ReceiptHandle: receiptHandle = "", Attributes } of messages) {
    held.set(id, receiptHandle);
    const { SentTimestamp: sent, ApproximateFirstReceiveTimestamp: received } = Attributes ?? {};
    pass.clock = Math.max(pass.clock, Number(sent ?? 0), Number(received ?? 0));
  }
  return fresh;
}

/** What became of a message, and the failure that ends the pass with it. */
type Handled = { readonly letter: DeadLetter; readonly failure?: unknown };

async function handle(message: Message, pass: Pass): Promise<Handled> {
  const read = readDeadLetter(message);
  const { letter } = read;
  if (letter.stays !== undefined) return { letter };
  if (hasComeAgain(read, pass)) return { letter: { ...letter, stays: comeAgain } };
  if (pass.dryRun) return { letter };
  try {
    await sendBack(read, pass);
  } catch (failure) {
    return { letter: { ...letter, stays: "it could not be sent" }, failure };
  }
  try {
    await remove(message, pass);
  } catch (failure) {
    const stays = "it was brought back, but could not be deleted here: it comes twice";
    return { letter: { ...letter, stays, comesTwice: true }, failure };
  }
  return { letter };
}

const comeAgain = "it was brought back just now and came again; deploy the fix before its messages";

// Functions that are older than this command send back at once what only this command can read. By the
// clock of SQS alone, as ours may be another.
function hasComeAgain({ letter, body }: ReadLetter, { broughtBack }: Pass): boolean {
  return letter.sentAt > (broughtBack.get(body) ?? Number.POSITIVE_INFINITY);
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
  if (!pass.broughtBack.has(body)) pass.broughtBack.set(body, pass.clock);
}

async function remove(message: Message, pass: Pass): Promise<void> {
  const { MessageId: id = "", ReceiptHandle: receiptHandle } = message;
  await pass.client.send(
    new DeleteMessageCommand({ QueueUrl: pass.deadLetterQueueUrl, ReceiptHandle: receiptHandle }),
  );
  pass.held.delete(id);
}

/**
 * Lets those who look next see what stays.
 * @throws {Error} where that fails: then the visibility timeout does it later
 */
async function release({ client, deadLetterQueueUrl, held }: Pass): Promise<void> {
  const entries = [...held.values()].map((receiptHandle, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: 0,
  }));
  const failures: string[] = [];
  // One batch that fails is no reason to leave the others hidden.
  for (let first = 0; first < entries.length; first += 10) {
    const command = new ChangeMessageVisibilityBatchCommand({
      QueueUrl: deadLetterQueueUrl,
      Entries: entries.slice(first, first + 10),
    });
    try {
      const { Failed: failed = [] } = await client.send(command);
      failures.push(...failed.map(({ Code: code = "", Message: text = code }) => text));
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  const [reason] = failures;
  if (reason === undefined) return;
  throw new Error(`what stays is hidden for ${visibilityTimeout / 60} minutes: ${reason}`);
}
