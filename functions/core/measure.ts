import type { Change, Committed } from "./commit.ts";
import { toCost } from "./cost.ts";
import type { LedgerEvent } from "./decision.ts";
import type { JobItem, JobTimes, RunnerItem } from "./ledger.ts";
import type { Figures } from "./metrics.ts";

/**
 * What an event and its decision come to in figures. Told by what was written, each of it
 * once: an event that comes again changes nothing and measures nothing.
 */
export function measure(event: LedgerEvent, { changes }: Pick<Committed, "changes">): Figures {
  const figures = changes.map((change) => measureChange(change));
  const denied = changes.length > 0 ? measureDenied(event) : {};
  const all = [measureShutOut(event), denied, ...figures];
  return Object.fromEntries(all.flatMap(Object.entries<number>));
}

function measureDenied(event: LedgerEvent): Figures {
  return event.kind === "launch-ended" && event.report.kind === "denied"
    ? { DeniedLaunches: 1 }
    : {};
}

// The one thing that leaves no item: whoever is shut out must not be able to fill the ledger.
function measureShutOut(event: LedgerEvent): Figures {
  const isShutOut =
    event.kind === "job" &&
    event.envelope.action === "queued" &&
    event.assessment.kind === "ignore" &&
    event.assessment.isShutOut;
  return isShutOut ? { ShutOut: 1 } : {};
}

function measureChange({ before, after }: Change): Figures {
  if (after.kind === "job") {
    return measureJob(before?.kind === "job" ? before : undefined, after);
  }
  if (after.kind === "runner") {
    return measureRunner(before?.kind === "runner" ? before : undefined, after);
  }
  return {};
}

function measureJob(before: JobItem | undefined, after: JobItem): Figures {
  const { refusal, losses, times } = after;
  return {
    ...(refusal === undefined ? measureTimes(before?.times ?? {}, times) : {}),
    ...(isRefusal(before, after) ? { Refusals: 1 } : {}),
    ...(losses > (before?.losses ?? 0) || isUnplacedAnew(before, after) ? { Replacements: 1 } : {}),
    ...(after.status === "failed" && before?.status !== "failed" ? { GivenUpJobs: 1 } : {}),
  };
}

function isUnplacedAnew(before: JobItem | undefined, { unplaced }: JobItem): boolean {
  return unplaced !== undefined && unplaced.count !== before?.unplaced?.count;
}

// One that was over before anything was known of it is told nothing.
function isRefusal(before: JobItem | undefined, { refusal, times }: JobItem): boolean {
  const isOver = before === undefined && times.completed !== undefined;
  return before?.refusal === undefined && refusal !== undefined && !isOver;
}

// Only the first of each: a job that was relaunched has waited for its runner since it was queued.
function measureTimes(before: JobTimes, after: JobTimes): Figures {
  const since = waitsSince(after);
  if (since === undefined) return {};
  const { launched, started } = after;
  return {
    ...(before.launched === undefined && launched !== undefined
      ? { QueueToLaunch: Math.max(0, launched - since) }
      : {}),
    ...(before.started === undefined && started !== undefined
      ? { QueueToStart: Math.max(0, started - since) }
      : {}),
  };
}

// One that was queued again after it had been claimed has waited at GitHub, for an approval.
function waitsSince({ queued, received, claimed }: JobTimes): number | undefined {
  const isQueuedAgain = received !== undefined && claimed !== undefined && received > claimed;
  return isQueuedAgain ? received : queued;
}

function measureRunner(before: RunnerItem | undefined, after: RunnerItem): Figures {
  const isLaunched = before?.computeId === undefined && after.computeId !== undefined;
  const isInterrupted = before?.interrupted !== true && after.interrupted === true;
  const cost = before?.ended === undefined ? costUntil(after, after.ended?.at) : undefined;
  return {
    ...(isLaunched ? { Launches: 1 } : {}),
    ...(isInterrupted ? { Interruptions: 1 } : {}),
    ...(cost === undefined ? {} : { RunnerCost: cost }),
  };
}

/** USD that a runner has cost by then; undefined where there is no machine, or no known price of it. */
export function costUntil(
  { provider, size, launchedAt, computeId }: RunnerItem,
  at: number | undefined,
): number | undefined {
  // Of a launch that came to nothing there is a row at most.
  if (provider === undefined || size === undefined || computeId === undefined) return undefined;
  if (launchedAt === undefined || at === undefined) return undefined;
  return toCost({ provider, spec: size, seconds: Math.max(0, at - launchedAt) / 1_000 });
}
