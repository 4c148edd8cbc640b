import type { SQSRecord } from "aws-lambda";

import type { Assessment, LedgerEvent } from "../core/decision.ts";
import { decodeEnvelope, type Envelope } from "../core/envelope.ts";
import { messageOf } from "../core/errors.ts";
import { type Job, jobKey } from "../core/job.ts";
import { jobItemId } from "../core/ledger.ts";

/** A message of the job queue that could be read. */
export type QueuedMessage = { readonly record: SQSRecord; readonly envelope: Envelope };

/** The messages of a batch: by ledger item those that can be read, and why the others cannot. */
export type ReadMessages = {
  readonly readable: readonly (readonly QueuedMessage[])[];
  readonly unreadable: readonly { readonly record: SQSRecord; readonly reason: string }[];
};

/** Reads a batch, each message on its own: one that is spoilt spoils nothing else. */
export function readMessages(records: readonly SQSRecord[]): ReadMessages {
  const byItem = new Map<string, QueuedMessage[]>();
  const unreadable: { record: SQSRecord; reason: string }[] = [];
  for (const record of records) {
    try {
      const message = { record, envelope: decodeEnvelope(record.body) };
      const itemId = itemIdOf(message.envelope);
      byItem.set(itemId, [...(byItem.get(itemId) ?? []), message]);
    } catch (error) {
      unreadable.push({ record, reason: messageOf(error) });
    }
  }
  return { readable: [...byItem.values()], unreadable };
}

/** What a message means to the ledger. */
export function toEvent(envelope: Envelope, assess: (job: Job) => Assessment): LedgerEvent {
  if (envelope.kind === "job") return { kind: "job", envelope, assessment: assess(envelope.job) };
  return { kind: "wake", itemId: envelope.itemId };
}

function itemIdOf(envelope: Envelope): string {
  return envelope.kind === "job" ? jobItemId(jobKey(envelope.job)) : envelope.itemId;
}
