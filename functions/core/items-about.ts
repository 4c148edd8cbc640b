import { capItemId } from "./cap-item.ts";
import { mayBeBound } from "./checked-job.ts";
import { whyNotRerun } from "./decide-run.ts";
import {
  type Items,
  type LaunchReport,
  type LedgerEvent,
  jobItemOf,
  runItemOf,
  runnerItemOf,
} from "./decision.ts";
import type { JobEnvelope } from "./envelope.ts";
import { jobKey } from "./job.ts";
import {
  jobItemId,
  runItemId,
  runnerItemId,
  type ItemId,
  type JobItem,
  type Launch,
  type RunnerItem,
} from "./ledger.ts";
import {
  findJobLeftWithout,
  findRunnerLeftBy,
  findRunnerLeftFor,
  isBound,
  type Walk,
} from "./rebinding.ts";
import { readRunnerName, runnerName } from "./runner-name.ts";

/** What has been read so far; what was asked for and is not among the items is not there. */
export type Reading = {
  readonly items: Items;
  readonly asked: { readonly has: (id: ItemId) => boolean };
};

/**
 * The items that a decision about the event wants to see, as far as they are known by now: those the
 * event names, then the runners that these were launched with. Asked again until nothing is new.
 */
export function itemsAbout(
  event: LedgerEvent,
  reading: Reading,
  prefix: string,
): readonly ItemId[] {
  const { items } = reading;
  const named = namedBy(event, reading, prefix);
  const outcomes = wantedOutcomes(event);
  const runners = named.flatMap((id) => runnersOf(items, { id, outcomes }, prefix));
  const awaited = named.flatMap((id) => runItemOf(items, id)?.runners ?? []).map(runnerItemId);
  const caps = capsAbout(event, items, named);
  return [
    ...new Set([...named, ...caps, ...runners, ...awaited, ...nextOnWalk(event, items, prefix)]),
  ];
}

// Only what is about a refused job costs this read.
function capsAbout(event: LedgerEvent, items: Items, named: readonly ItemId[]): readonly ItemId[] {
  const known = named.flatMap((id) => jobItemOf(items, id) ?? []);
  const refused = known.filter(({ refusal }) => refusal !== undefined).map(({ job }) => job);
  if (event.kind === "job" && event.assessment.kind === "refuse") refused.push(event.envelope.job);
  return refused.map(({ repository }) => capItemId(repository.id));
}

function namedBy(event: LedgerEvent, reading: Reading, prefix: string): readonly ItemId[] {
  switch (event.kind) {
    case "job":
      return namedByDelivery(event.envelope, reading, prefix);
    case "wake":
      return [event.itemId];
    case "launch-ended":
      return [
        jobItemId(event.jobKey),
        runnerItemId(runnerName(prefix, event.jobKey, event.report.number)),
      ];
    case "check-failed":
    case "job-told":
    case "job-not-told":
      return [jobItemId(event.jobKey)];
    case "job-checked":
      return [
        jobItemId(event.jobKey),
        ...ownRunner(event.state.runnerName, prefix),
        ...ownRunner(mayBeBound(event.seen) ? event.seen.name : undefined, prefix),
      ];
    case "runner-ended":
      return namedByEnd(event.end.runnerName, reading, prefix);
    case "run-rerun":
    case "run-not-asked":
      return [event.run.id];
    case "rebind":
    case "runner-busy":
      return [runnerItemId(event.runnerName)];
    case "runner-retired":
    case "runner-not-retired":
    case "registration-busy":
      return [runnerItemId(event.name)];
    case "run":
      // Most runs do not fail, and cost no read.
      return whyNotRerun(event) === undefined ? [runItemId(event.envelope.runId)] : [];
    case "run-listed":
      return [event.run.id, ...event.runnerNames.flatMap((name) => ownRunner(name, prefix))];
  }
}

function namedByDelivery(
  envelope: JobEnvelope,
  { items, asked }: Reading,
  prefix: string,
): readonly ItemId[] {
  const { action, job, runnerName: taken } = envelope;
  const id = jobItemId(jobKey(job));
  // The end of most jobs costs one read: whoever told of the start has bound the runner already.
  const isUnbound = action !== "completed" || (asked.has(id) && !isBound(envelope, items));
  return [id, ...runBefore(envelope), ...(isUnbound ? ownRunner(taken, prefix) : [])];
}

// Only what is run again can have been interrupted before: no job of a first attempt costs this read.
function runBefore({ action, job }: JobEnvelope): readonly ItemId[] {
  return action === "queued" && job.attempt > 1 ? [runItemId(job.runId)] : [];
}

// The items that a walk from runner to job to runner cannot go on without.
function nextOnWalk(event: LedgerEvent, items: Items, runnerPrefix: string): readonly ItemId[] {
  return walksOf(event, items, { now: 0, runnerPrefix }).flatMap((walk) =>
    walk.kind === "nobody" && walk.missing !== undefined ? [walk.missing] : [],
  );
}

function walksOf(
  event: LedgerEvent,
  items: Items,
  around: { now: number; runnerPrefix: string },
): readonly Walk<JobItem | RunnerItem>[] {
  if (event.kind === "job-checked") {
    const item = jobItemOf(items, jobItemId(event.jobKey));
    return item === undefined ? [] : [findRunnerLeftFor(item, items, around)];
  }
  if (event.kind !== "rebind") return [];
  const runner = runnerItemOf(items, runnerItemId(event.runnerName));
  if (runner === undefined) return [];
  const job = findJobLeftWithout(runner, items, around);
  const left = job.kind === "found" ? [findRunnerLeftFor(job.item, items, around)] : [job];
  return [...left, findRunnerLeftBy(runner, items, around)];
}

function ownRunner(name: string | undefined, prefix: string): readonly ItemId[] {
  if (name === undefined || readRunnerName(prefix, name) === undefined) return [];
  return [runnerItemId(name)];
}

// A runner that serves a job, and whose launch is recorded, ends without being missed by another.
function namedByEnd(name: string, { items, asked }: Reading, prefix: string): readonly ItemId[] {
  const parts = readRunnerName(prefix, name);
  if (parts === undefined) return [];
  const id = runnerItemId(name);
  const runner = runnerItemOf(items, id);
  const isServing = runner?.serves !== undefined && runner.size !== undefined;
  return asked.has(id) && !isServing ? [id, jobItemId(parts.jobKey)] : [id];
}

// Only where a runner may be left over are the job's own runners looked at: reads are not free.
function wantedOutcomes(event: LedgerEvent): readonly Launch["outcome"][] {
  if (event.kind === "job-checked" || event.kind === "check-failed") return ["open", "started"];
  if (event.kind === "launch-ended") return wantedOfReport(event.report);
  // A job that is shut out by now must not be run by what may have been started for it.
  if (event.kind === "wake") return ["open"];
  if (event.kind !== "job") return [];
  const isOver = event.envelope.action === "completed";
  return isOver && event.envelope.runnerName === undefined ? ["open", "started"] : ["open"];
}

// A job may be given up although one that was started for it may live.
function wantedOfReport({ kind }: LaunchReport): readonly Launch["outcome"][] {
  return kind === "unknown" || kind === "unsettled" ? ["open"] : [];
}

function runnersOf(
  items: Items,
  { id, outcomes }: { id: ItemId; outcomes: readonly Launch["outcome"][] },
  prefix: string,
): readonly ItemId[] {
  const item = jobItemOf(items, id);
  if (item === undefined) return [];
  const wanted = item.launches.filter(({ outcome }) => outcomes.includes(outcome));
  return wanted.map(({ number }) => runnerItemId(runnerName(prefix, jobKey(item.job), number)));
}
