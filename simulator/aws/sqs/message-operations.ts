import type { Operation } from "../aws-json.ts";
import { asInteger, asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { runBatch } from "./batch.ts";
import type { Queue } from "./queue.ts";
import { numberAttribute } from "./queue-attributes.ts";
import type { QueueRegistry } from "./queue-registry.ts";
import { changeVisibility, deleteByReceipt } from "./receipt-handle.ts";
import { pollMessages } from "./receive-message.ts";
import { toReceivedMessage } from "./received-message.ts";
import { readOutgoingMessage, sendMessage, toSendResult } from "./send-message.ts";
import { checkRange, invalidParameterValue, sqsError } from "./sqs-errors.ts";

const mostBatchBytes = 1_048_576;
const mostReceived = 10;

/** The operations on messages. */
export function createMessageOperations(
  registry: QueueRegistry,
): Readonly<Record<string, Operation>> {
  const named = (input: JsonReader) => registry.find(input.required("QueueUrl", asText));
  return {
    SendMessage: (input) => toSendResult(sendMessage(named(input), readOutgoingMessage(input))),
    SendMessageBatch: (input) => sendBatch(named(input), input),
    ReceiveMessage: async (input) => receive(named(input), input),
    DeleteMessage: (input) => {
      remove(named(input), input);
    },
    DeleteMessageBatch: (input) => {
      const queue = named(input);
      return runBatch(input, (entry) => remove(queue, entry));
    },
    ChangeMessageVisibility: (input) => {
      change(named(input), input, input.required("VisibilityTimeout", asInteger));
    },
    ChangeMessageVisibilityBatch: (input) => {
      const queue = named(input);
      return runBatch(input, (entry) => {
        const fallback = numberAttribute(queue, "VisibilityTimeout");
        return change(queue, entry, entry.optional("VisibilityTimeout", asInteger) ?? fallback);
      });
    },
  };
}

function sendBatch(queue: Queue, input: JsonReader): unknown {
  const entries = input.optional("Entries", listOf(asObject)) ?? [];
  const bodies = entries.map((entry) => entry.optional("MessageBody", asText) ?? "");
  const total = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
  if (total > mostBatchBytes) throw batchTooLong(total);
  return runBatch(input, (entry) => toSendResult(sendMessage(queue, readOutgoingMessage(entry))));
}

function batchTooLong(bytes: number): Error {
  return sqsError(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${mostBatchBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

async function receive(queue: Queue, input: JsonReader): Promise<unknown> {
  const limit = input.optional("MaxNumberOfMessages", asInteger) ?? 1;
  if (limit < 1 || limit > mostReceived) {
    const reason = `Must be between 1 and ${mostReceived}, if provided.`;
    throw invalidParameterValue("MaxNumberOfMessages", limit, reason);
  }
  const visibilitySeconds = input.optional("VisibilityTimeout", asInteger);
  checkRange("VisibilityTimeout", visibilitySeconds ?? 0, { min: 0, max: 43_200 });
  const queueWait = numberAttribute(queue, "ReceiveMessageWaitTimeSeconds");
  const waitSeconds = input.optional("WaitTimeSeconds", asInteger) ?? queueWait;
  checkRange("WaitTimeSeconds", waitSeconds, { min: 0, max: 20 });
  const wanted = {
    system: [
      ...(input.optional("MessageSystemAttributeNames", listOf(asText)) ?? []),
      ...(input.optional("AttributeNames", listOf(asText)) ?? []),
    ],
    message: input.optional("MessageAttributeNames", listOf(asText)) ?? [],
  };
  const messages = await pollMessages(queue, { limit, visibilitySeconds }, waitSeconds);
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => toReceivedMessage(queue, message, wanted)) };
}

function remove(queue: Queue, input: JsonReader): Readonly<Record<string, never>> {
  deleteByReceipt(queue, input.required("ReceiptHandle", asText));
  return {};
}

function change(queue: Queue, input: JsonReader, seconds: number): Readonly<Record<string, never>> {
  changeVisibility(queue, input.required("ReceiptHandle", asText), seconds);
  return {};
}
