import type { SQSEvent, SQSRecord } from "aws-lambda";

import type { Log } from "../functions/core/log.ts";
import { readBatchItemFailures } from "../simulator/aws/batch-response.ts";
import { md5Hex } from "../simulator/aws/surroundings.ts";
import type { Timeline } from "../simulator/timeline.ts";
import type { ReceivedMessage } from "./message.ts";
import type { SqliteQueue } from "./sqlite-queue.ts";
import { createTimer, type Timer } from "./timer.ts";

/** A queue, and the function that works it off. */
export type ConsumerOptions = {
  readonly queue: SqliteQueue;
  readonly timeline: Timeline;
  readonly log: Log;
  /** Must settle in the end; its answer is read as a batch response. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
};

/** A running consumer. */
export type Consumer = {
  /** Takes no more messages; resolves when the running invocations have settled. */
  readonly stop: () => Promise<void>;
};

/** Most messages of one invocation, and most invocations at a time: as in the cloud. */
const batchSize = 10;
const maximumConcurrency = 10;

/** How long the queue is left alone at most: another process may put something in, or a clock jump. */
const lookEvery = 1_000;

/**
 * Hands the messages of the queue to a function as Lambda does, in batches and with its answer taken by
 * message: what failed comes again when it is visible again. What a dead process had in hand comes at once.
 */
export function consumeQueue(options: ConsumerOptions): Consumer {
  const { queue, timeline, log } = options;
  const running = new Set<Promise<void>>();
  const timer = createTimer(timeline, () => {
    try {
      takeBatches(running, options, timer);
      timer.set(toPause(queue.nextVisibleAt(), timeline));
    } catch (error) {
      log.error("queue not read", { error });
      timer.set(lookEvery);
    }
  });
  queue.returnInFlight();
  // Deferred by no time at all, so that messages sent together travel together.
  const stopWatching = queue.watch(() => {
    timer.set(0);
  });
  timer.set(0);
  return {
    stop: async () => {
      timer.turnOff();
      stopWatching();
      await Promise.all(running);
    },
  };
}

function takeBatches(running: Set<Promise<void>>, options: ConsumerOptions, timer: Timer): void {
  while (running.size < maximumConcurrency) {
    const messages = options.queue.receive(batchSize);
    if (messages.length === 0) return;
    const invocation = consume(messages, options).finally(() => {
      running.delete(invocation);
      timer.set(0);
    });
    running.add(invocation);
  }
}

// A message that could be received by now waits for one of the invocations to end, which sets the timer.
function toPause(visibleAt: number | undefined, timeline: Timeline): number {
  const wait = visibleAt === undefined ? lookEvery : visibleAt - timeline.now();
  return wait > 0 && wait < lookEvery ? wait : lookEvery;
}

async function consume(
  messages: readonly ReceivedMessage[],
  { queue, invoke, log }: ConsumerOptions,
): Promise<void> {
  const ids = new Set(messages.map(({ id }) => id));
  try {
    const response = await invoke({ Records: messages.map(toRecord) });
    const failed = readBatchItemFailures(response, ids);
    if (failed === "all") return;
    for (const { id, receiptHandle } of messages) {
      if (!failed.has(id)) queue.acknowledge(receiptHandle);
    }
  } catch (error) {
    // Nothing was acknowledged: all of it comes again.
    log.error("messages not consumed", { messages: messages.length, error });
  }
}

function toRecord(message: ReceivedMessage): SQSRecord {
  const { id, receiptHandle, body, groupId, sentAt, firstReceivedAt, receives } = message;
  return {
    messageId: id,
    receiptHandle,
    body,
    attributes: {
      SenderId: "local",
      SentTimestamp: String(sentAt),
      ApproximateReceiveCount: String(receives),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
      ...(groupId === undefined ? {} : { MessageGroupId: groupId }),
    },
    messageAttributes: {},
    md5OfBody: md5Hex(body),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:local:000000000000:jobs",
    awsRegion: "local",
  };
}
