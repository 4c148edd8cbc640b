import type { Message } from "@aws-sdk/client-sqs";

import { reasonAttribute } from "../functions/adapters/sqs-messages.ts";
import { decodeEnvelope, type Envelope } from "../functions/core/envelope.ts";
import { messageOf } from "../functions/core/errors.ts";
import { toGroupId } from "../functions/core/job-queue.ts";

/** A message of the dead-letter queue, and whether it was brought back. */
export type DeadLetter = {
  readonly messageId: string;
  /** When it was sent or set aside, in milliseconds since the epoch. */
  readonly sentAt: number;
  /** What it tells; absent where it cannot be read. */
  readonly about?: string;
  /** Why it was set aside; absent where it was only received too often. */
  readonly reason?: string;
  /** Why it stays in the dead-letter queue; absent where it does not. */
  readonly stays?: string;
  /** It was brought back, and stays nevertheless. */
  readonly comesTwice?: true;
};

/** A message as this version reads it: `groupId` is absent where nobody has to be fair to it. */
export type ReadLetter = {
  readonly letter: DeadLetter;
  readonly body: string;
  readonly groupId?: string;
};

/** Reads a message of the dead-letter queue; one that cannot be read says why it stays. */
export function readDeadLetter(message: Message): ReadLetter {
  const { MessageId: messageId = "", Body: body = "", Attributes: attributes = {} } = message;
  const reason = message.MessageAttributes?.[reasonAttribute]?.StringValue;
  const letter = {
    messageId,
    sentAt: Number(attributes.SentTimestamp),
    ...(reason === undefined ? {} : { reason }),
  };
  try {
    const envelope = decodeEnvelope(body);
    const groupId = groupIdOf(envelope) ?? attributes.MessageGroupId;
    return {
      letter: { ...letter, about: tell(envelope) },
      body,
      ...(groupId === undefined ? {} : { groupId }),
    };
  } catch (error) {
    return { letter: { ...letter, stays: messageOf(error) }, body };
  }
}

// The group that receive-webhook sends a delivery in; a wake-up comes back in the one that it was in.
function groupIdOf(envelope: Envelope): string | undefined {
  switch (envelope.kind) {
    case "job":
      return toGroupId(envelope.job.repository.id);
    case "run":
      return toGroupId(envelope.repository.id);
    case "wake":
      return undefined;
  }
}

function tell(envelope: Envelope): string {
  switch (envelope.kind) {
    case "job":
      return `job ${envelope.job.id} of ${envelope.job.repository.fullName}, ${envelope.action}`;
    case "run":
      return `run ${envelope.runId} of ${envelope.repository.fullName}, completed`;
    case "wake":
      return `a reminder of ${envelope.itemId}`;
  }
}
