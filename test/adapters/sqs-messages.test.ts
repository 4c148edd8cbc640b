import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";

import { createQueueMessages } from "../../functions/adapters/sqs-messages.ts";
import { createInProcessRequestHandler } from "../../simulator/in-process-request-handler.ts";
import { createFakeAws } from "../support/fake-aws.ts";
import { createSimulatedAws } from "../support/simulated-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";

function start() {
  const simulated = createSimulatedAws();
  const { aws, sqs } = simulated;
  const queueUrl = aws.sqs.createQueue("jobs", { VisibilityTimeout: "90" });
  const deadLetterQueueUrl = aws.sqs.createQueue("dead");
  const surroundings = {
    ...createTestSurroundings(createFakeAws().answer),
    requestHandler: createInProcessRequestHandler(aws.handle),
  };
  const receive = async (QueueUrl: string) => {
    const command = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] });
    return (await sqs.send(command)).Messages?.[0];
  };
  const messages = createQueueMessages(surroundings, { queueUrl, deadLetterQueueUrl });
  return { ...simulated, queueUrl, deadLetterQueueUrl, receive, messages };
}

describe("createQueueMessages", () => {
  it.each([
    [5_000, 5],
    [4_001, 5],
    [0, 0],
    [-3_000, 0],
  ])("hides a message for %d ms", async (milliseconds, seconds) => {
    const { timeline, sqs, queueUrl, receive, messages } = start();
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "x" }));
    const received = await receive(queueUrl);
    await messages.hide(received?.ReceiptHandle ?? "", milliseconds);
    await timeline.advance(Math.max(0, seconds * 1_000 - 1));
    const early = await receive(queueUrl);
    await timeline.advance(1);
    const inTime = early ?? (await receive(queueUrl));
    expect([early === undefined, inTime?.Body]).toEqual([seconds > 0, "x"]);
  });

  it("hides no message for longer than SQS allows", async () => {
    const { sqs, queueUrl, receive, messages } = start();
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "x" }));
    const { ReceiptHandle = "" } = (await receive(queueUrl)) ?? {};
    await expect(messages.hide(ReceiptHandle, 1e12)).resolves.toBeUndefined();
    const tooLong = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 43_201 };
    await expect(sqs.send(new ChangeMessageVisibilityCommand(tooLong))).rejects.toThrow("43200");
  });

  it.each([
    ["as it is", "version should be 1, got 2", "version should be 1, got 2"],
    ["cut", "x".repeat(2_000), "x".repeat(1_000)],
    ["without what SQS does not take", "got '\u0000\u001F\uFFFE'", "got '\uFFFD\uFFFD\uFFFD'"],
    ["without half a character", `${"x".repeat(999)}🚀`, `${"x".repeat(999)}\uFFFD`],
  ])("sets a message aside with its reason %s", async (_how, reason, attribute) => {
    const { deadLetterQueueUrl, receive, messages } = start();
    await messages.setAside({ body: "{" }, reason);
    const letter = await receive(deadLetterQueueUrl);
    expect(letter?.Body).toBe("{");
    expect(letter?.MessageAttributes?.["reason"]).toEqual({
      DataType: "String",
      StringValue: attribute,
    });
  });

  it.each([
    [1_048_576 - 1_012, 333],
    [1_048_576 - 15, 1],
    [1_048_576 - 14, undefined],
    [1_048_576, undefined],
  ])("sets a message of %d bytes aside with what of its reason fits", async (bytes, units) => {
    const { deadLetterQueueUrl, receive, messages } = start();
    await messages.setAside({ body: "x".repeat(bytes) }, "\uFFFD".repeat(1_000));
    const letter = await receive(deadLetterQueueUrl);
    expect(letter?.Body).toHaveLength(bytes);
    expect(letter?.MessageAttributes?.["reason"]?.StringValue?.length).toBe(units);
  });

  it("keeps the group of a message that it sets aside", async () => {
    const { sqs, deadLetterQueueUrl, messages } = start();
    await messages.setAside({ body: "{", groupId: "591427149" }, "");
    const command = new ReceiveMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageSystemAttributeNames: ["MessageGroupId"],
    });
    expect((await sqs.send(command)).Messages).toMatchObject([
      { Body: "{", Attributes: { MessageGroupId: "591427149" } },
    ]);
  });
});
