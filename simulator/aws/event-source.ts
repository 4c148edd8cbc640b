import type { SQSEvent, SQSRecord } from "aws-lambda";
import type { Timeline } from "../timeline.ts";
import { readBatchItemFailures } from "./batch-response.ts";
import { md5Hex } from "./surroundings.ts";
import { onVisible, type Queue, type StoredMessage } from "./sqs/queue.ts";
import { deleteByReceipt } from "./sqs/receipt-handle.ts";
import { receiveMessages } from "./sqs/receive-message.ts";
import { systemAttributes } from "./sqs/received-message.ts";
import type { Sqs } from "./sqs/sqs.ts";

/** A queue and the function that consumes it. */
export type EventSourceOptions = {
  readonly sqs: Sqs;
  readonly queueUrl: string;
  readonly timeline: Timeline;
  /** At most 10, as without a batching window. */
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  /** Must settle in the end, as Lambda's own timeout sees to; its answer is read as a batch response. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
};

/** A running event-source mapping. */
export type EventSource = {
  /** Invokes no more; resolves when the running invocations have settled. */
  readonly stop: () => Promise<void>;
};

/**
 * Lambda's event-source mapping for SQS with ReportBatchItemFailures. What failed is left alone, so it comes back
 * when its visibility ends: the queue's, or the one the function itself set.
 */
export function createEventSource(options: EventSourceOptions): EventSource {
  const queue = options.sqs.findQueue(options.queueUrl);
  const limit = Math.min(options.batchSize, 10);
  const running = new Set<Promise<void>>();
  let cancelPoll: (() => void) | undefined;
  let stopped = false;
  const poll = () => {
    cancelPoll = undefined;
    while (running.size < options.maximumConcurrency) {
      const messages = receiveMessages(queue, { limit });
      if (messages.length === 0) return;
      const invocation = consume(queue, messages, options).finally(() => {
        running.delete(invocation);
        schedulePoll();
      });
      running.add(invocation);
    }
  };
  // Deferred by no time at all, so that messages sent together travel together.
  const schedulePoll = () => {
    if (!stopped) cancelPoll ??= options.timeline.after(0, poll);
  };
  const stopListening = onVisible(queue, schedulePoll);
  schedulePoll();
  return {
    stop: async () => {
      stopped = true;
      stopListening();
      cancelPoll?.();
      await Promise.all(running);
    },
  };
}

async function consume(
  queue: Queue,
  messages: readonly StoredMessage[],
  options: EventSourceOptions,
): Promise<void> {
  const records = messages.map((message) => toRecord(queue, message));
  const failed = await invokeBatch(records, options);
  if (failed === "all") return;
  for (const record of records) {
    if (!failed.has(record.messageId)) deleteByReceipt(queue, record.receiptHandle);
  }
}

async function invokeBatch(
  records: SQSRecord[],
  options: EventSourceOptions,
): Promise<ReadonlySet<string> | "all"> {
  try {
    const response = await options.invoke({ Records: records });
    return readBatchItemFailures(response, new Set(records.map(({ messageId }) => messageId)));
  } catch {
    return "all";
  }
}

function toRecord(queue: Queue, message: StoredMessage): SQSRecord {
  const {
    ApproximateReceiveCount = "",
    SentTimestamp = "",
    ...attributes
  } = systemAttributes(queue, message);
  const { ApproximateFirstReceiveTimestamp = "" } = attributes;
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle ?? "",
    body: message.body,
    attributes: {
      ...attributes,
      ApproximateReceiveCount,
      SentTimestamp,
      ApproximateFirstReceiveTimestamp,
    },
    messageAttributes: toRecordAttributes(message),
    md5OfBody: md5Hex(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: queue.surroundings.region,
  };
}

function toRecordAttributes(message: StoredMessage): SQSRecord["messageAttributes"] {
  return Object.fromEntries(
    [...message.attributes].map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType,
        stringListValues: [],
        binaryListValues: [],
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
      },
    ]),
  );
}
