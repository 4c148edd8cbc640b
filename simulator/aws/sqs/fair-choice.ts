import type { Queue, StoredMessage } from "./queue.ts";

const noisyInFlight = 30;
const noisyShare = 0.1;

/**
 * The next messages to hand out: oldest first, but those of a message group that occupies much of what is in
 * flight only after everybody else's (fair queues). Messages without a group are never held back.
 */
export function chooseFairly(queue: Queue, limit: number): readonly StoredMessage[] {
  const noisy = noisyGroups(queue);
  const quiet: StoredMessage[] = [];
  const heldBack: StoredMessage[] = [];
  for (const message of queue.visible.values()) {
    if (quiet.length === limit) break;
    const isNoisy = message.groupId !== undefined && noisy.has(message.groupId);
    if (!isNoisy) quiet.push(message);
    else if (heldBack.length < limit) heldBack.push(message);
  }
  return [...quiet, ...heldBack].slice(0, limit);
}

function noisyGroups(queue: Queue): ReadonlySet<string> {
  if (queue.hidden.size < noisyInFlight) return new Set();
  const inFlight = new Map<string, number>();
  let total = 0;
  for (const { kind, message } of queue.hidden.values()) {
    if (kind !== "in flight") continue;
    total += 1;
    if (message.groupId === undefined) continue;
    inFlight.set(message.groupId, (inFlight.get(message.groupId) ?? 0) + 1);
  }
  const isNoisy = (count: number) => count >= noisyInFlight && count > total * noisyShare;
  return new Set([...inFlight].filter(([, count]) => isNoisy(count)).map(([group]) => group));
}
