import { arnOf, type AwsSurroundings } from "../surroundings.ts";
import type { MessageAttributes } from "./message-attributes.ts";

/** A message as the queue keeps it. */
export type StoredMessage = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  readonly groupId?: string;
  readonly traceHeader?: string;
  readonly attributes: MessageAttributes;
  receiveCount: number;
  firstReceivedAt?: number;
  receivedAt?: number;
  /** The latest one; earlier ones no longer count. */
  receiptHandle?: string;
  deadLetterSourceArn?: string;
};

/** Why a message cannot be received now. */
export type HiddenKind = "delayed" | "in flight";

type HiddenMessage = {
  readonly message: StoredMessage;
  readonly kind: HiddenKind;
  readonly cancel: () => void;
};

/** One standard queue. */
export type Queue = {
  readonly surroundings: AwsSurroundings;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  /** Queue attributes that were set, as the strings they travel as. */
  readonly attributes: Map<string, string>;
  /** In the order in which they became visible. */
  readonly visible: Map<string, StoredMessage>;
  readonly hidden: Map<string, HiddenMessage>;
  readonly visibleListeners: Set<() => void>;
  readonly findQueue: (arn: string) => Queue | undefined;
  purgedAt?: number;
};

/** An empty queue; `findQueue` leads to its dead-letter queue. */
export function createQueue(
  surroundings: AwsSurroundings,
  name: string,
  findQueue: Queue["findQueue"],
): Queue {
  return {
    surroundings,
    name,
    arn: arnOf(surroundings, "sqs", name),
    createdAt: surroundings.timeline.now(),
    attributes: new Map(),
    visible: new Map(),
    hidden: new Map(),
    visibleListeners: new Set(),
    findQueue,
  };
}

/** Makes a message receivable now and tells those who wait for one. */
export function showMessage(queue: Queue, message: StoredMessage): void {
  removeMessage(queue, message.id);
  queue.visible.set(message.id, message);
  for (const listener of queue.visibleListeners) listener();
}

/** Hides a message for a while, counted from now; it becomes visible again by itself. */
export function hideMessage(
  queue: Queue,
  message: StoredMessage,
  hiding: { readonly kind: HiddenKind; readonly seconds: number },
): void {
  if (hiding.seconds === 0) {
    showMessage(queue, message);
    return;
  }
  removeMessage(queue, message.id);
  const show = () => {
    showMessage(queue, message);
  };
  const cancel = queue.surroundings.timeline.after(hiding.seconds * 1000, show);
  queue.hidden.set(message.id, { message, kind: hiding.kind, cancel });
}

/** Takes a message out of the queue for good. */
export function removeMessage(queue: Queue, messageId: string): void {
  queue.visible.delete(messageId);
  queue.hidden.get(messageId)?.cancel();
  queue.hidden.delete(messageId);
}

/** Empties the queue. */
export function purgeMessages(queue: Queue): void {
  for (const id of [...queue.visible.keys(), ...queue.hidden.keys()]) removeMessage(queue, id);
}

/** Calls `listener` whenever a message becomes visible, until the function returned is called. */
export function onVisible(queue: Queue, listener: () => void): () => void {
  queue.visibleListeners.add(listener);
  return () => {
    queue.visibleListeners.delete(listener);
  };
}
