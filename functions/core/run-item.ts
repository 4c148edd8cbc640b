import type { RunEnvelope } from "./envelope.ts";
import { type RunItem, runItemId, type RunStatus } from "./ledger.ts";
import { retention } from "./waits.ts";

/** The item of a failed run of which nothing is known yet. */
export function newRunItem(envelope: RunEnvelope, now: number): RunItem {
  const { runId, attempt, conclusion, happenedAt, repository, installationId } = envelope;
  return {
    kind: "run",
    id: runItemId(runId),
    runId,
    attempt,
    conclusion,
    endedAt: happenedAt,
    repository,
    ...(installationId === undefined ? {} : { installationId }),
    status: "unlisted",
    runners: [],
    owed: [],
    tries: 0,
    expiresAt: now + retention,
  };
}

/** The item one step on: without a debt, a reason, a wake-up or runners that the step does not name. */
export function stepRun(
  item: RunItem,
  step: Partial<RunItem> & { readonly status: RunStatus },
  now: number,
): RunItem {
  const { wakeAt: _wakeAt, reason: _reason, ...kept } = item;
  return { ...kept, owed: [], runners: [], expiresAt: now + retention, ...step };
}

/** Whether somebody has decided about the run: what GitHub tells of it once more changes nothing. */
export function isDecided(item: RunItem | undefined): boolean {
  return item !== undefined && item.status !== "unlisted";
}
