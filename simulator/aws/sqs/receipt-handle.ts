import { AwsError } from "../aws-error.ts";
import { hideMessage, removeMessage, type Queue, type StoredMessage } from "./queue.ts";
import { checkRange, invalidParameterValue } from "./sqs-errors.ts";

const mostVisibilitySeconds = 43_200;

/** A receipt handle: opaque to clients, and new at every receive. */
export function encodeReceiptHandle(queue: Queue, messageId: string, nonce: string): string {
  return Buffer.from(`${messageId} ${queue.arn} ${nonce}`).toString("base64");
}

/**
 * Deletes the message of a receipt handle; one that a later receive has replaced deletes nothing and still succeeds.
 * @throws {AwsError} when it is not a handle of this queue
 */
export function deleteByReceipt(queue: Queue, receiptHandle: string): void {
  const message = findMessage(queue, receiptHandle);
  if (message?.receiptHandle === receiptHandle) removeMessage(queue, message.id);
}

/** Hides a message in flight for `seconds` from now on; 0 gives it back. @throws {AwsError} unless it is in flight */
export function changeVisibility(queue: Queue, receiptHandle: string, seconds: number): void {
  checkRange("VisibilityTimeout", seconds, { min: 0, max: mostVisibilitySeconds });
  const message = findMessage(queue, receiptHandle);
  if (message?.receiptHandle !== receiptHandle) {
    const reason = "Message does not exist or is not available for visibility timeout change.";
    throw invalidParameterValue("ReceiptHandle", receiptHandle, reason);
  }
  if (!queue.hidden.has(message.id)) throw notInFlight();
  const since = (queue.surroundings.timeline.now() - (message.receivedAt ?? 0)) / 1000;
  if (since + seconds > mostVisibilitySeconds) {
    const reason = `Total VisibilityTimeout for the message is beyond the limit [${mostVisibilitySeconds} seconds]`;
    throw invalidParameterValue("VisibilityTimeout", seconds, reason);
  }
  hideMessage(queue, message, { kind: "in flight", seconds });
}

function findMessage(queue: Queue, receiptHandle: string): StoredMessage | undefined {
  const [messageId = "", arn] = Buffer.from(receiptHandle, "base64").toString().split(" ");
  if (arn !== queue.arn) {
    throw new AwsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
      { status: 404, queryErrorCode: "ReceiptHandleIsInvalid" },
    );
  }
  return queue.visible.get(messageId) ?? queue.hidden.get(messageId)?.message;
}

function notInFlight(): AwsError {
  return new AwsError("MessageNotInflight", "The specified message is not in flight.", {
    queryErrorCode: "AWS.SimpleQueueService.MessageNotInflight",
  });
}
