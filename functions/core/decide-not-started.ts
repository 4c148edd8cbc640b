import { type Circumstances, type Decision, type LaunchReport, nothing } from "./decision.ts";
import { claim } from "./decide-queued.ts";
import { giveUp, refuseLate } from "./give-up.ts";
import { newestLaunch, stepJob, triedSince } from "./job-item.ts";
import type { JobItem } from "./ledger.ts";
import { describeShortage, describeUnsaid } from "./refusal-reason.ts";
import { capacityWait, holdDeadline, holdWait, refusalDeadline } from "./waits.ts";

type NotStarted = Exclude<LaunchReport, { kind: "started" }>;

/**
 * A launch brought no runner: on to the next rung, or wait, or refuse the job when that is hopeless or
 * has lasted too long. A launch of unknown outcome stays open, so that the next one settles it first.
 */
export function decideNotStarted(
  item: JobItem,
  report: NotStarted,
  circumstances: Circumstances,
): Decision {
  if (newestLaunch(item)?.number !== report.number) return nothing("launch is out of date");
  const settled = settle(item, report);
  if (item.lease?.owner !== circumstances.owner) {
    return { writes: [settled], actions: [], outcome: "launch recorded late" };
  }
  // As long as a runner may be alive somewhere, the job is neither launched elsewhere nor given up.
  const mayLive = settled.launches.some(({ outcome }) => outcome === "open");
  return (mayLive ? park : goOn)(settled, report, circumstances);
}

// A launch that was tried at all found all earlier ones without a runner. One that was not tried never
// was: a job may be held for hours, and its row has no room for as many launches.
function settle(item: JobItem, report: NotStarted): JobItem {
  const tried = report.kind === "held" ? item.launches.slice(0, -1) : item.launches;
  const launches = tried.map((launch) => {
    if (launch.outcome !== "open") return launch;
    const isNewest = launch.number === report.number;
    if (report.kind === (isNewest ? "unknown" : "unsettled")) return launch;
    const reason = isNewest ? report.message : `launch ${report.number} found no runner of it`;
    return { ...launch, outcome: "not-started", reason } as const;
  });
  return { ...item, launches };
}

function goOn(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  const sameRung = ["throttled", "unregistered", "held"].includes(report.kind);
  if (!sameRung && item.rung + 1 < item.spec.rungs.length) {
    return claim({ ...item, rung: item.rung + 1 }, circumstances);
  }
  if (report.kind === "invalid" || isTooLate(item, report, circumstances)) {
    return end(item, report, circumstances);
  }
  return park(sameRung ? item : { ...item, rung: 0 }, report, circumstances);
}

// A refused job has a time of its own: its labels, or the time before, do not count against it. Nor does
// the time that a job spent in a queue of ours before anything was tried for it.
function isTooLate(
  { refusal, times }: JobItem,
  { kind }: NotStarted,
  { now, capacityDeadline }: Circumstances,
): boolean {
  const isRefused = refusal !== undefined;
  const since = (isRefused ? times.refused : triedSince(times)) ?? now;
  const deadline = isRefused ? refusalDeadline : capacityDeadline;
  return now - since >= (kind === "held" ? Math.max(deadline, holdDeadline) : deadline);
}

function end(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  if (item.refusal !== undefined) {
    return giveUp(item, describeUnsaid(item, report.message), circumstances);
  }
  const reason = describeShortage(item, report, circumstances.now);
  const isHopeless = cannotBeTold(item, report, circumstances);
  return (isHopeless ? giveUp : refuseLate)(item, reason, circumstances);
}

// Where GitHub registers no runner on principle, it registers none that could tell so either; and where
// there is no image, no runner of the same one can tell.
function cannotBeTold(
  { spec }: JobItem,
  report: NotStarted,
  { refusalSpec }: Circumstances,
): boolean {
  if (report.kind === "unregistered") return report.error !== undefined;
  const { image, architecture } = refusalSpec;
  return report.kind === "held" && image === spec.image && architecture === spec.architecture;
}

function park(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  const { now, jitter } = circumstances;
  const retryAt = "retryAt" in report ? report.retryAt : undefined;
  const isHeld = report.kind === "held";
  const wait = isHeld ? holdWait(jitter) : capacityWait(item.waits, jitter);
  const wakeAt = Math.max(now, retryAt ?? 0) + wait;
  // A runner that cannot be got rid of for so long may hold the job itself.
  const doubtful = report.kind === "unsettled" && isTooLate(item, report, circumstances);
  const parked = stepJob(
    { ...item, waits: isHeld ? item.waits : item.waits + 1, doubtful },
    { status: "parked", reason: report.message, wakeAt },
    now,
  );
  const wake = { kind: "wake", itemId: parked.id, at: wakeAt } as const;
  return { writes: [parked], actions: [wake], outcome: "parked" };
}
