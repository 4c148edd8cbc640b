import type { Assessment, Circumstances, Decision } from "./decision.ts";
import { type Job, jobKey } from "./job.ts";
import {
  type JobItem,
  type JobStatus,
  type JobTimes,
  jobItemId,
  type Launch,
  type LedgerItem,
} from "./ledger.ts";
import type { ProviderName } from "./provider.ts";
import { leaseDuration, retention } from "./waits.ts";

/** How many launches that are over a job remembers of each provider: what was tried last is told. */
const mostOver = 3;

/** What is known of a job of ours; a job that is ignored has no item. */
export type OwnAssessment = Exclude<Assessment, { kind: "ignore" }>;

/** The item of a job of which nothing is known yet. */
export function newJobItem(job: Job, assessment: OwnAssessment, now: number): JobItem {
  return {
    kind: "job",
    id: jobItemId(jobKey(job)),
    job,
    status: "parked",
    spec: assessment.spec,
    ...(assessment.kind === "refuse" ? { refusal: assessment.reason } : {}),
    launches: [],
    rung: 0,
    waits: 0,
    losses: 0,
    doubtful: false,
    owed: [],
    times: {},
    expiresAt: now + retention,
  };
}

/**
 * Since when there was no capacity for the job, although it was asked for: its time begins anew with
 * each runner that was started, and after an approval. The time that it spent in a queue of ours, with
 * its labels' mistakes, or because of GitHub or of an image that was not built, does not count.
 */
export function triedSince({ received, refused, tried, launched }: JobTimes): number | undefined {
  return latest([received, refused, tried, launched]);
}

/** Since when the job has waited for a runner in our hands, whatever kept it. */
export function waitedSince({
  received,
  claimed,
  refused,
  launched,
}: JobTimes): number | undefined {
  return latest([received, claimed, refused, launched]);
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** What changes with every step of a job: who holds it and when it is looked at again. */
export type JobStep = Partial<JobItem> & { readonly status: JobStatus };

/** Whether GitHub gives the job to no runner yet: it waits there for an approval, or for its turn. */
export function isHeld(item: LedgerItem): item is JobItem & { readonly heldAt: number } {
  return item.kind === "job" && item.status === "parked" && item.heldAt !== undefined;
}

/** The item of a held job that is not held any more: only from now on it waits for us. */
export function release(
  { heldAt: _heldAt, unplaced: _unplaced, ...item }: JobItem,
  at: number,
): JobItem {
  return { ...item, waits: 0, times: { ...item.times, received: at } };
}

/** The item one step on: without what belongs to the last step alone, unless this one names it. */
export function stepJob(item: JobItem, step: JobStep, now: number): JobItem {
  const { lease: _lease, wakeAt: _wakeAt, reason: _reason, heldAt: _heldAt, ...kept } = item;
  return { ...kept, owed: [], expiresAt: now + retention, ...step };
}

/** Why a job is parked, and until when. */
export type Parking = {
  readonly reason: string;
  readonly wakeAt: number;
  /** Whether GitHub has to be asked first. @default as it was */
  readonly doubtful?: boolean;
};

/** The job waits for a time, and a message comes for it then. */
export function park(
  item: JobItem,
  parking: Parking,
  { now, outcome }: { readonly now: number; readonly outcome: string },
): Decision {
  const parked = stepJob(item, { status: "parked", ...parking }, now);
  const wake = { kind: "wake", item: parked, at: parking.wakeAt } as const;
  return { writes: [parked], actions: [wake], outcome };
}

/** The item is looked at later, and is as it was until then. */
export function wakeLater(item: JobItem, wakeAt: number, outcome: string): Decision {
  return { writes: [{ ...item, wakeAt }], actions: [], outcome };
}

/** The item claimed for its next launch: a fresh number, ours until the lease ends. */
export function claimJob(item: JobItem, { now, owner }: Circumstances): JobItem {
  const until = now + leaseDuration;
  const launch: Launch = {
    number: nextNumber(item),
    provider: item.spec.rungs[item.rung] ?? lastRung(item),
    at: now,
    outcome: "open",
  };
  return stepJob(
    item,
    {
      status: "launching",
      doubtful: false,
      lease: { owner, until },
      owed: ["launch"],
      wakeAt: until,
      launches: [...keepLaunches(item.launches), launch],
      times: {
        ...item.times,
        claimed: item.times.claimed ?? now,
        tried: item.times.tried ?? now,
      },
    },
    now,
  );
}

/**
 * The item whose runner is given up: it may still be there, so that the next launch has to settle that
 * one first, as one whose outcome nobody knows.
 */
export function reopenLaunches(item: JobItem): JobItem {
  const launches = item.launches.map((launch) =>
    launch.outcome === "started" ? ({ ...launch, outcome: "open" } as const) : launch,
  );
  return { ...item, launches };
}

/** The item without the runner it had: that ended, or another job took it. */
export function endLaunches(item: JobItem, reason: string, endedAt?: number): JobItem {
  const ended = {
    outcome: "ended",
    reason,
    ...(endedAt === undefined ? {} : { endedAt }),
  } as const;
  const launches = item.launches.map((launch) =>
    launch.outcome === "started" ? { ...launch, ...ended } : launch,
  );
  return { ...item, launches };
}

/** The launch decided last. */
export function newestLaunch(item: JobItem): Launch | undefined {
  return item.launches.at(-1);
}

/** The launch whose runner the job waits for: an earlier one when that was found alive. */
export function liveLaunch(item: JobItem): Launch | undefined {
  return item.launches.findLast(({ outcome }) => outcome === "started");
}

// A job may wait for a day, and its row has no room for as many launches. The last of all is kept, so
// that no number is used twice.
function keepLaunches(launches: readonly Launch[]): readonly Launch[] {
  const ofProvider = Map.groupBy(launches.filter(isOver), ({ provider }) => provider);
  const kept = new Set([...ofProvider.values()].flatMap((some) => some.slice(-mostOver)));
  return launches.filter((launch) => !isOver(launch) || kept.has(launch));
}

/** Whether nothing of the launch can be left. */
export function isOver({ outcome }: Launch): boolean {
  return outcome === "not-started" || outcome === "ended";
}

// An interrupted runner is replaced one rung down, and below the last one there is none.
function lastRung({ spec }: JobItem): ProviderName {
  return spec.rungs.at(-1) ?? "FARGATE";
}

function nextNumber(item: JobItem): number {
  return (newestLaunch(item)?.number ?? 0) + 1;
}
