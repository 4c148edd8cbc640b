import type { Origin } from "./job.ts";
import type { RunEnvelope } from "./envelope.ts";
import { redeliveredAtMost } from "./redelivery.ts";
import {
  type JsonObject,
  readNumber,
  readObject,
  readOptional,
  readText,
  readTimestamp,
} from "./read-json.ts";

/**
 * Shrinks the payload of a `workflow_run` delivery, some 20 KB, to what tornade acts on.
 * @throws {Error} naming the first field of a wrong type
 */
export function readRunDelivery(
  payload: JsonObject,
  origin: Origin,
  { deliveryId, receivedAt }: { readonly deliveryId: string; readonly receivedAt: number },
): RunEnvelope {
  const run = readObject(payload["workflow_run"], "workflow_run");
  const attempt = readOptional(run["run_attempt"], (value) =>
    readNumber(value, "workflow_run.run_attempt"),
  );
  const conclusion = readOptional(run["conclusion"], (value) =>
    readText(value, "workflow_run.conclusion"),
  );
  const updatedAt = readOptional(run["updated_at"], (value) =>
    readText(value, "workflow_run.updated_at"),
  );
  return {
    version: 1,
    kind: "run",
    deliveryId,
    receivedAt,
    happenedAt: endOf(readTimestamp(updatedAt ?? ""), receivedAt),
    runId: readNumber(run["id"], "workflow_run.id"),
    attempt: attempt ?? 1,
    conclusion: conclusion ?? "",
    ...origin,
  };
}

// It may be delivered again for three days; a time before that is none at which it ended.
function endOf(updatedAt: number | undefined, receivedAt: number): number {
  if (updatedAt === undefined || receivedAt - updatedAt > redeliveredAtMost) return receivedAt;
  return updatedAt;
}
