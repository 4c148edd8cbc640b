import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type Message,
  type ReceiveMessageCommandInput,
} from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { createSimulatedAws, rejection, START } from "../../support/simulated-aws.ts";

function setUp(attributes: Record<string, string> = {}) {
  const simulated = createSimulatedAws();
  const QueueUrl = simulated.aws.sqs.createQueue("jobs", attributes);
  const { sqs } = simulated;
  return {
    ...simulated,
    QueueUrl,
    send: async (MessageBody: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
    receive: async (
      options: Partial<ReceiveMessageCommandInput> = {},
    ): Promise<readonly Message[]> => {
      const command = { QueueUrl, MaxNumberOfMessages: 10, ...options };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(command));
      return Messages;
    },
    counts: async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
      const { Attributes } = await sqs.send(command);
      return [
        Attributes?.["ApproximateNumberOfMessages"],
        Attributes?.["ApproximateNumberOfMessagesNotVisible"],
        Attributes?.["ApproximateNumberOfMessagesDelayed"],
      ];
    },
  };
}

describe("CreateQueue", () => {
  it("gives the same URL again for the same attributes and refuses others", async () => {
    const { sqs } = createSimulatedAws();
    const create = async (VisibilityTimeout: string) =>
      sqs.send(new CreateQueueCommand({ QueueName: "jobs", Attributes: { VisibilityTimeout } }));
    const { QueueUrl } = await create("90");
    expect(QueueUrl).toBe("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs");
    expect((await create("90")).QueueUrl).toBe(QueueUrl);
    expect(await rejection(create("60"))).toMatchObject({ name: "QueueNameExists" });
  });

  it.each([
    ["DelaySeconds", "901", "InvalidParameterValue"],
    ["VisibilityTimeout", "soon", "InvalidParameterValue"],
    ["RedrivePolicy", '{"maxReceiveCount":3}', "InvalidParameterValue"],
    ["Colour", "red", "InvalidAttributeName"],
    ["FifoQueue", "true", "UnsupportedOperation"],
  ])("refuses %s = %s", async (name, value, error) => {
    const { sqs } = createSimulatedAws();
    const command = new CreateQueueCommand({ QueueName: "q", Attributes: { [name]: value } });
    expect(await rejection(sqs.send(command))).toMatchObject({ name: error });
  });
});

describe("GetQueueUrl", () => {
  it("knows the error clients look for when there is no such queue", async () => {
    const { sqs } = createSimulatedAws();
    const error = await rejection(sqs.send(new GetQueueUrlCommand({ QueueName: "none" })));
    expect(error).toMatchObject({
      name: "QueueDoesNotExist",
      message: "The specified queue does not exist.",
      Error: { Code: "AWS.SimpleQueueService.NonExistentQueue", Type: "Sender" },
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe("ListQueues", () => {
  it("filters by prefix", async () => {
    const { aws, sqs } = createSimulatedAws();
    const jobs = aws.sqs.createQueue("jobs");
    aws.sqs.createQueue("other");
    const listed = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: "jo" }));
    expect(listed.QueueUrls).toEqual([jobs]);
  });
});

describe("SendMessage", () => {
  it("digests attributes as SQS does, sorted by name", async () => {
    const { sqs, QueueUrl } = setUp();
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "x",
        MessageAttributes: {
          b: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2) },
          a: { DataType: "String", StringValue: "x" },
        },
      }),
    );
    expect(sent.MD5OfMessageAttributes).toBe("3e9b4c785db2deb306cf4009ae214dab");
  });

  it("carries body and attributes unchanged", async () => {
    const { sqs, QueueUrl, receive } = setUp();
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "queued" },
      count: { DataType: "Number", StringValue: "3" },
      raw: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2, 3) },
    };
    const body = "grüße";
    const sent = await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }),
    );
    const [message] = await receive({ MessageAttributeNames: ["All"] });
    expect(message).toMatchObject({ Body: body, MessageId: sent.MessageId, MessageAttributes });
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.Attributes).toBeUndefined();
  });

  it.each([
    ["a delay above 900 s", { DelaySeconds: 901 }, "InvalidParameterValue"],
    ["a group id above 128", { MessageGroupId: "g".repeat(129) }, "InvalidParameterValue"],
    ["a body above 1 MiB", { MessageBody: "x".repeat(1_048_577) }, "InvalidParameterValue"],
    ["a control character", { MessageBody: "\u0000" }, "InvalidMessageContents"],
    ["an empty body", { MessageBody: "" }, "MissingParameter"],
  ])("refuses %s", async (_case, input, name) => {
    const { sqs, QueueUrl } = setUp();
    const command = new SendMessageCommand({ QueueUrl, MessageBody: "x", ...input });
    expect(await rejection(sqs.send(command))).toMatchObject({ name });
  });

  it("takes a body of exactly 1 MiB", async () => {
    const { send, receive } = setUp();
    await send("x".repeat(1_048_576));
    expect(await receive()).toHaveLength(1);
  });

  it("hides a delayed message until its delay is over", async () => {
    const { sqs, QueueUrl, receive, counts, timeline } = setUp();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 900 }));
    expect(await counts()).toEqual(["0", "0", "1"]);
    await timeline.advance(899_999);
    expect(await receive()).toEqual([]);
    await timeline.advance(1);
    expect(await receive()).toMatchObject([{ Body: "later" }]);
  });
});

describe("SendMessageBatch", () => {
  it("reports a wrong entry beside the good ones", async () => {
    const { sqs, QueueUrl } = setUp();
    const Entries = [
      { Id: "good", MessageBody: "x" },
      { Id: "bad", MessageBody: "x", DelaySeconds: 1000 },
    ];
    const result = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(result.Successful).toMatchObject([{ Id: "good" }]);
    expect(result.Failed).toMatchObject([
      { Id: "bad", Code: "InvalidParameterValue", SenderFault: true },
    ]);
  });

  it.each([
    ["EmptyBatchRequest", []],
    ["BatchEntryIdsNotDistinct", ["a", "a"]],
    ["InvalidBatchEntryId", ["a b"]],
    ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, index) => `e${index}`)],
  ])("fails with %s", async (name, ids) => {
    const { sqs, QueueUrl } = setUp();
    const Entries = ids.map((Id) => ({ Id, MessageBody: "x" }));
    const sent = sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(await rejection(sent)).toMatchObject({ name });
  });
});

describe("ReceiveMessage", () => {
  it("counts receives and gives a new handle each time", async () => {
    const { send, receive, timeline } = setUp({ VisibilityTimeout: "30" });
    await send("x");
    const [first] = await receive();
    expect(await receive()).toEqual([]);
    await timeline.advance(30_000);
    const [second] = await receive({ MessageSystemAttributeNames: ["All"] });
    expect(second?.Attributes).toMatchObject({
      ApproximateReceiveCount: "2",
      SentTimestamp: String(START),
      ApproximateFirstReceiveTimestamp: String(START),
    });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  it("waits for a message to come", async () => {
    const { receive, send, timeline } = setUp();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await timeline.advance(5000);
    await send("x");
    expect(await waiting).toMatchObject([{ Body: "x" }]);
  });

  it("gives up when the wait is over", async () => {
    const { receive, timeline } = setUp();
    const waiting = receive({ WaitTimeSeconds: 20 });
    await timeline.advance(20_000);
    expect(await waiting).toEqual([]);
  });

  it("serves quiet message groups before a noisy one", async () => {
    const { sqs, QueueUrl, receive } = setUp();
    const send = async (MessageGroupId: string) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: MessageGroupId, MessageGroupId }));
    for (let count = 0; count < 40; count += 1) await send("noisy");
    for (let count = 0; count < 3; count += 1) await receive();
    await send("quiet");
    expect(await receive({ MaxNumberOfMessages: 1 })).toMatchObject([{ Body: "quiet" }]);
  });

  it("forgets messages older than the retention period", async () => {
    const { send, receive, timeline } = setUp({ MessageRetentionPeriod: "60" });
    await send("x");
    await timeline.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  it("moves a message received too often to the dead-letter queue with its attributes", async () => {
    const { aws, sqs, QueueUrl, receive, timeline } = setUp({ VisibilityTimeout: "10" });
    const deadLetters = aws.sqs.createQueue("dead");
    const deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:dead";
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    const MessageAttributes = { kind: { DataType: "String", StringValue: "queued" } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x", MessageAttributes }));
    for (let count = 0; count < 2; count += 1) {
      expect(await receive()).toHaveLength(1);
      await timeline.advance(10_000);
    }
    expect(await receive()).toEqual([]);
    const names = { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All" as const] };
    const [dead] = await receive({ QueueUrl: deadLetters, ...names });
    expect(dead).toMatchObject({
      Body: "x",
      MessageAttributes,
      Attributes: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-west-1:123456789012:jobs" },
    });
  });
});

describe("DeleteMessage", () => {
  it("deletes by the latest handle and not by one that was replaced", async () => {
    const { sqs, QueueUrl, send, receive, counts, timeline } = setUp();
    await send("x");
    const [first] = await receive();
    await timeline.advance(30_000);
    const [second] = await receive();
    const remove = async (message: Message | undefined) =>
      sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    await remove(first);
    expect(await counts()).toEqual(["0", "1", "0"]);
    await remove(second);
    expect(await counts()).toEqual(["0", "0", "0"]);
  });

  it("refuses a handle that is none", async () => {
    const { sqs, QueueUrl } = setUp();
    const Entries = [{ Id: "a", ReceiptHandle: "made up" }];
    const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: "made up" });
    expect(await rejection(sqs.send(command))).toMatchObject({ name: "ReceiptHandleIsInvalid" });
    const batch = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(batch.Failed).toMatchObject([{ Id: "a", Code: "ReceiptHandleIsInvalid" }]);
  });
});

describe("ChangeMessageVisibility", () => {
  it("gives a message back at once, and refuses one that is not in flight", async () => {
    const { sqs, QueueUrl, send, receive } = setUp();
    await send("x");
    const [message] = await receive();
    const change = async (VisibilityTimeout: number) =>
      sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await change(0);
    expect(await rejection(change(10))).toMatchObject({ name: "MessageNotInflight" });
    expect(await receive()).toHaveLength(1);
    expect(await rejection(change(10))).toMatchObject({ name: "InvalidParameterValue" });
  });
});

describe("PurgeQueue", () => {
  it("empties the queue, once a minute", async () => {
    const { sqs, QueueUrl, send, counts } = setUp();
    await send("x");
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await counts()).toEqual(["0", "0", "0"]);
    const again = sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await rejection(again)).toMatchObject({ name: "PurgeQueueInProgress" });
  });
});
