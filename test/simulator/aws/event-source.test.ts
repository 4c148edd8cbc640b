import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { readBatchItemFailures } from "../../../simulator/aws/batch-response.ts";
import { createEventSource, type EventSourceOptions } from "../../../simulator/aws/event-source.ts";
import { createSimulatedAws, START } from "../../support/simulated-aws.ts";

function setUp(options: Partial<EventSourceOptions> = {}) {
  const simulated = createSimulatedAws();
  const { aws, sqs, timeline } = simulated;
  const queueUrl = aws.sqs.createQueue("jobs", { VisibilityTimeout: "90" });
  const events: SQSEvent[] = [];
  const source = createEventSource({
    sqs: aws.sqs,
    queueUrl,
    timeline,
    batchSize: 10,
    maximumConcurrency: 5,
    ...options,
    invoke: async (event) => {
      events.push(event);
      return options.invoke?.(event);
    },
  });
  const send = async (count: number) => {
    const Entries = Array.from({ length: count }, (_, index) => ({
      Id: `e${index}`,
      MessageBody: `${index}`,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    await timeline.advance(0);
  };
  return { ...simulated, queueUrl, source, events, send };
}

function countIn({ aws, queueUrl }: ReturnType<typeof setUp>) {
  const queue = aws.sqs.findQueue(queueUrl);
  return queue.visible.size + queue.hidden.size;
}

describe("createEventSource", () => {
  it("delivers at once, in batches, records shaped as Lambda's", async () => {
    const simulated = setUp();
    const { sqs, queueUrl: QueueUrl, timeline, events, send } = simulated;
    const attributes = { kind: { DataType: "String", StringValue: "queued" } };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "hello",
        MessageGroupId: "7",
        MessageAttributes: attributes,
      }),
    );
    await timeline.advance(0);
    expect(events[0]?.Records).toMatchObject([
      {
        body: "hello",
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: String(START),
          MessageGroupId: "7",
        },
        messageAttributes: { kind: { dataType: "String", stringValue: "queued" } },
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:jobs",
        awsRegion: "eu-west-1",
      },
    ]);
    await send(10);
    expect(events[1]?.Records).toHaveLength(10);
    expect(countIn(simulated)).toBe(0);
  });

  it("runs no more invocations at once than allowed", async () => {
    const finishes: (() => void)[] = [];
    const { events, send, timeline } = setUp({
      batchSize: 1,
      maximumConcurrency: 2,
      invoke: async () =>
        new Promise<void>((resolve) => {
          finishes.push(resolve);
        }),
    });
    await send(5);
    expect(events).toHaveLength(2);
    finishes[0]?.();
    await timeline.advance(0);
    expect(events).toHaveLength(3);
  });

  it("returns only what a batch response names, when the queue's visibility ends", async () => {
    const simulated = setUp({
      invoke: async ({ Records }) => ({
        batchItemFailures: Records.filter(({ body }) => body === "1").map(({ messageId }) => ({
          itemIdentifier: messageId,
        })),
      }),
    });
    await simulated.send(3);
    expect(countIn(simulated)).toBe(1);
    await simulated.timeline.advance(89_999);
    expect(simulated.events).toHaveLength(1);
    await simulated.timeline.advance(1);
    expect(simulated.events[1]?.Records).toMatchObject([
      { body: "1", attributes: { ApproximateReceiveCount: "2" } },
    ]);
  });

  it("lets the visibility win that the function itself set", async () => {
    const simulated = setUp({
      invoke: async ({ Records: [record] }) => {
        await simulated.sqs.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: simulated.queueUrl,
            ReceiptHandle: record?.receiptHandle,
            VisibilityTimeout: 3,
          }),
        );
        throw new Error("not now");
      },
    });
    await simulated.send(1);
    await simulated.timeline.advance(2999);
    expect(simulated.events).toHaveLength(1);
    await simulated.timeline.advance(1);
    expect(simulated.events).toHaveLength(2);
  });

  it("returns the whole batch when the function fails", async () => {
    const simulated = setUp({
      invoke: async () => {
        throw new Error("broken");
      },
    });
    await simulated.send(4);
    expect(countIn(simulated)).toBe(4);
  });

  it("stops after the running invocations and invokes no more", async () => {
    const finishes: (() => void)[] = [];
    const { source, send, events } = setUp({
      maximumConcurrency: 1,
      invoke: async () =>
        new Promise<void>((resolve) => {
          finishes.push(resolve);
        }),
    });
    await send(1);
    const stopped = source.stop();
    await send(1);
    for (const finish of finishes) finish();
    await stopped;
    expect(events).toHaveLength(1);
  });
});

describe("readBatchItemFailures", () => {
  const known = new Set(["a", "b"]);

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["an empty list", { batchItemFailures: [] }],
    ["a null list", { batchItemFailures: null }],
  ])("reads %s as success", (_case, response) => {
    expect(readBatchItemFailures(response, known)).toEqual(new Set());
  });

  it.each([
    ["text", "ok"],
    ["a list that is none", { batchItemFailures: "a" }],
    ["a wrong key", { batchItemFailures: [{ id: "a" }] }],
    ["a null id", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["an unknown id", { batchItemFailures: [{ itemIdentifier: "c" }] }],
  ])("reads %s as failure of the whole batch", (_case, response) => {
    expect(readBatchItemFailures(response, known)).toBe("all");
  });
});
