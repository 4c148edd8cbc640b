import { randomHex } from "../surroundings.ts";
import { chooseFairly } from "./fair-choice.ts";
import { hideMessage, onVisible, removeMessage, showMessage } from "./queue.ts";
import type { Queue, StoredMessage } from "./queue.ts";
import { numberAttribute, redrivePolicyOf } from "./queue-attributes.ts";
import { encodeReceiptHandle } from "./receipt-handle.ts";

/** What a receive asks for. */
export type Reception = {
  readonly limit: number;
  /** @default the queue's visibility timeout */
  readonly visibilitySeconds?: number | undefined;
};

/** Takes up to `limit` messages now and hides them; those received too often go to the dead-letter queue. */
export function receiveMessages(queue: Queue, reception: Reception): readonly StoredMessage[] {
  dropUnreceivable(queue);
  const now = queue.surroundings.timeline.now();
  const seconds = reception.visibilitySeconds ?? numberAttribute(queue, "VisibilityTimeout");
  const messages = chooseFairly(queue, reception.limit);
  for (const message of messages) {
    message.receiveCount += 1;
    message.firstReceivedAt ??= now;
    message.receivedAt = now;
    const nonce = randomHex(queue.surroundings.random, 8);
    message.receiptHandle = encodeReceiptHandle(queue, message.id, nonce);
    hideMessage(queue, message, { kind: "in flight", seconds });
  }
  return messages;
}

/** Like `receiveMessages`, but waits up to `waitSeconds` for the first message to become visible. */
export async function pollMessages(
  queue: Queue,
  reception: Reception,
  waitSeconds: number,
): Promise<readonly StoredMessage[]> {
  const received = receiveMessages(queue, reception);
  if (received.length > 0 || waitSeconds === 0) return received;
  return new Promise((resolve) => {
    const finish = (messages: readonly StoredMessage[]) => {
      stopListening();
      cancelTimeout();
      resolve(messages);
    };
    const stopListening = onVisible(queue, () => {
      const messages = receiveMessages(queue, reception);
      if (messages.length > 0) finish(messages);
    });
    const cancelTimeout = queue.surroundings.timeline.after(waitSeconds * 1000, () => {
      finish([]);
    });
  });
}

function dropUnreceivable(queue: Queue): void {
  const retention = numberAttribute(queue, "MessageRetentionPeriod") * 1000;
  const oldest = queue.surroundings.timeline.now() - retention;
  const policy = redrivePolicyOf(queue);
  const target = policy && queue.findQueue(policy.deadLetterTargetArn);
  for (const message of queue.visible.values()) {
    if (message.sentAt <= oldest) {
      removeMessage(queue, message.id);
    } else if (policy && target && message.receiveCount >= policy.maxReceiveCount) {
      removeMessage(queue, message.id);
      showMessage(target, { ...message, deadLetterSourceArn: queue.arn });
    }
  }
}
