import {
  type Circumstances,
  type Decision,
  type Items,
  type LedgerEvent,
  nothing,
  runItemOf,
  runnerItemOf,
} from "./decision.ts";
import { type RunItem, runItemId, runnerItemId } from "./ledger.ts";
import { isDecided, newRunItem, stepRun } from "./run-item.ts";
import { readRunnerName } from "./runner-name.ts";
import {
  capacityWait,
  leaseDuration,
  mostRerunTries,
  rerunAtMost,
  runnerEndWait,
} from "./waits.ts";

type RunEvent<Kind extends LedgerEvent["kind"]> = Extract<LedgerEvent, { kind: Kind }>;

/** How a run ends that may have been interrupted. */
const failingConclusions = new Set(["failure", "timed_out", "cancelled"]);

/** A run has completed: where its first attempt failed, GitHub is asked which of its jobs did. */
export function decideRun(items: Items, event: RunEvent<"run">, { now }: Circumstances): Decision {
  const reason = whyNotRerun(event);
  if (reason !== undefined) return nothing(reason);
  // Newer commits may have been deployed meanwhile: GitHub may deliver its end days later.
  if (now - event.envelope.happenedAt > rerunAtMost) return nothing("run ended long ago");
  if (items.has(runItemId(event.envelope.runId))) return nothing("run is already handled");
  return list(newRunItem(event.envelope, now));
}

/** Why a run that has completed is not run again, whatever the ledger knows of it. */
export function whyNotRerun({ envelope, isOptedIn }: RunEvent<"run">): string | undefined {
  if (!isOptedIn) return "repository has not opted in to re-runs";
  if (!failingConclusions.has(envelope.conclusion)) return "run did not fail";
  // Once: what fails on demand as well has another reason.
  return envelope.attempt > 1 ? "run was re-run before" : undefined;
}

/** A run asked to be looked at again. */
export function wakeRun(items: Items, item: RunItem, circumstances: Circumstances): Decision {
  switch (item.status) {
    case "unlisted":
      return list(item);
    case "waiting":
      return judge(items, { item, names: item.runners }, circumstances);
    case "interrupted":
      return isOld(item, circumstances)
        ? leaveOld(items, item, circumstances)
        : rerun(item, circumstances);
    case "rerun":
    case "left":
    case "failed":
      return nothing("run is already handled");
  }
}

/** GitHub told on which runners the failed jobs of a run were. */
export function decideRunListed(
  items: Items,
  { run, runnerNames }: RunEvent<"run-listed">,
  circumstances: Circumstances,
): Decision {
  const known = runItemOf(items, run.id);
  if (isDecided(known)) return nothing("run is already handled");
  return judge(items, { item: known ?? run, names: runnerNames }, circumstances);
}

/** GitHub was asked for a new attempt, or has one. */
export function decideRerun(
  items: Items,
  { run }: RunEvent<"run-rerun">,
  { now }: Circumstances,
): Decision {
  const item = runItemOf(items, run.id);
  if (item?.status !== "interrupted") return nothing("run is already handled");
  return { writes: [stepRun(item, { status: "rerun" }, now)], actions: [], outcome: "re-run" };
}

/** GitHub did not tell, or did not do, what was asked: again later, or given up after too many tries. */
export function decideRunNotAsked(
  items: Items,
  { run, message, retryAt = 0 }: RunEvent<"run-not-asked">,
  { now, jitter }: Circumstances,
): Decision {
  const item = runItemOf(items, run.id) ?? run;
  if (item.status !== run.status) return nothing("run is already handled");
  if (item.tries >= mostRerunTries) {
    const failed = stepRun(item, { status: "failed", reason: message }, now);
    return { writes: [failed], actions: [], outcome: "run is not re-run" };
  }
  const wakeAt = Math.max(now, retryAt) + capacityWait(item.tries, jitter);
  return wakeByMessage(
    { ...item, tries: item.tries + 1, reason: message, wakeAt },
    "GitHub did not answer about the run",
  );
}

function list(item: RunItem): Decision {
  return { writes: [], actions: [{ kind: "list-failed", item }], outcome: "looking into the run" };
}

type Judged = { readonly item: RunItem; readonly names: readonly string[] };

// Only where every failed job lost its runner, and there is one: then nothing of its own failed.
function judge(items: Items, { item, names }: Judged, circumstances: Circumstances): Decision {
  if (isOld(item, circumstances)) return leaveOld(items, item, circumstances);
  const fates = names.map((name) => fateOf(items, name, circumstances));
  if (names.length === 0 || fates.includes("not interrupted")) {
    return leave(items, item, { reason: "a job failed by itself", now: circumstances.now });
  }
  const awaited = names.filter((_name, index) => fates[index] === "unknown");
  return awaited.length === 0
    ? owe(item, names, circumstances)
    : wait(items, { item, names: awaited }, circumstances);
}

type Fate = "interrupted" | "not interrupted" | "unknown";

// The end of a task is told some time after the end of its job, and with it of the run.
function fateOf(items: Items, name: string, { runnerPrefix }: Circumstances): Fate {
  if (readRunnerName(runnerPrefix, name) === undefined) return "not interrupted";
  const { interrupted, provider = "FARGATE_SPOT" } = runnerItemOf(items, runnerItemId(name)) ?? {};
  // Of one that was retired before its end was told nobody knows either.
  if (interrupted === undefined && provider === "FARGATE_SPOT") return "unknown";
  return interrupted === true ? "interrupted" : "not interrupted";
}

function wait(items: Items, { item, names }: Judged, { now }: Circumstances): Decision {
  if (item.tries >= mostRerunTries) {
    return leave(items, item, {
      reason: `no state change of runner ${names[0]} arrived, so nobody knows whether Spot took it`,
      now,
    });
  }
  const step = { status: "waiting", runners: names, wakeAt: now + runnerEndWait } as const;
  const waiting = stepRun({ ...item, tries: item.tries + 1 }, step, now);
  return wakeByMessage(waiting, "waiting for the end of runners");
}

function leave(
  items: Items,
  item: RunItem,
  { reason, now }: { readonly reason: string; readonly now: number },
): Decision {
  const writes = items.has(item.id) ? [stepRun(item, { status: "left", reason }, now)] : [];
  return { writes, actions: [], outcome: "run is left alone" };
}

// From here on jobs of later attempts start on demand, whoever asks for the attempt.
function owe(item: RunItem, names: readonly string[], circumstances: Circumstances): Decision {
  const { now } = circumstances;
  const reason = `the capacity of ${names[0]} was taken back`;
  const step = { status: "interrupted", onDemandSince: now, tries: 0, reason } as const;
  return rerun(stepRun(item, step, now), circumstances);
}

function isOld({ endedAt }: RunItem, { now }: Circumstances): boolean {
  return now - endedAt > rerunAtMost;
}

function leaveOld(items: Items, item: RunItem, { now }: Circumstances): Decision {
  return leave(items, item, { reason: "it ended long ago", now });
}

// The wake-up is moved first, so that of two who are woken only one asks.
function rerun(item: RunItem, { now }: Circumstances): Decision {
  const owing = { ...item, owed: ["rerun"], wakeAt: now + leaseDuration } as const;
  return { writes: [owing], actions: [{ kind: "rerun", item: owing }], outcome: "re-running" };
}

function wakeByMessage(item: RunItem, outcome: string): Decision {
  const { wakeAt: at = 0 } = item;
  return { writes: [item], actions: [{ kind: "wake", item, at }], outcome };
}
