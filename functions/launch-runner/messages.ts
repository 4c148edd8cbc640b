import type { SQSRecord } from "aws-lambda";

import type { Assessment, LedgerEvent } from "../core/decision.ts";
import { decodeEnvelope, type Envelope } from "../core/envelope.ts";
import { messageOf } from "../core/errors.ts";
import { type Job, jobKey } from "../core/job.ts";
import { jobItemId, runItemId } from "../core/ledger.ts";
import { hasOptedIn } from "../core/rerun-repositories.ts";

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
      // The reason may quote the message, which can be as large as SQS takes, and is logged.
      unreadable.push({ record, reason: messageOf(error).slice(0, 1_000) });
    }
  }
  return { readable: [...byItem.values()], unreadable };
}

/** What the operator has decided about jobs and runs. */
export type EventPolicy = {
  readonly assess: (job: Job) => Assessment;
  /** `owner/name` or `owner/*`: whose interrupted jobs are run again. */
  readonly rerunRepositories: readonly string[];
};

/** What a message means to the ledger. */
export function toEvent(
  envelope: Envelope,
  { assess, rerunRepositories }: EventPolicy,
): LedgerEvent {
  switch (envelope.kind) {
    case "job":
      return { kind: "job", envelope, assessment: assess(envelope.job) };
    case "run": {
      const isOptedIn = hasOptedIn(envelope.repository.fullName, rerunRepositories);
      return { kind: "run", envelope, isOptedIn };
    }
    case "wake":
      return { kind: "wake", itemId: envelope.itemId };
  }
}

function itemIdOf(envelope: Envelope): string {
  switch (envelope.kind) {
    case "job":
      return jobItemId(jobKey(envelope.job));
    case "run":
      return runItemId(envelope.runId);
    case "wake":
      return envelope.itemId;
  }
}
