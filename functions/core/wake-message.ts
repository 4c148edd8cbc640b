import { type Message, toGroupId } from "./job-queue.ts";
import type { LedgerItem } from "./ledger.ts";

/** A message to tornade itself: have a look at the item. It takes its turn among those of its repository. */
export function toWakeMessage(item: LedgerItem): Message {
  const envelope = { version: 1, kind: "wake", itemId: item.id } as const;
  const repository = repositoryOf(item);
  return repository === undefined ? { envelope } : { envelope, groupId: toGroupId(repository.id) };
}

function repositoryOf(item: LedgerItem) {
  if (item.kind === "job") return item.job.repository;
  return item.kind === "runner" || item.kind === "run" ? item.repository : undefined;
}
