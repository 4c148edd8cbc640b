import { type Circumstances, type Decision, type LaunchReport, nothing } from "./decision.ts";
import { claim } from "./decide-queued.ts";
import { newestLaunch, stepJob } from "./job-item.ts";
import type { JobItem } from "./ledger.ts";
import { capacityWait } from "./waits.ts";

type NotStarted = Exclude<LaunchReport, { kind: "started" }>;

/**
 * A launch brought no runner: on to the next rung, or wait, or fail visibly when that is hopeless or
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

// A launch that was tried at all found all earlier ones without a runner.
function settle(item: JobItem, report: NotStarted): JobItem {
  const launches = item.launches.map((launch) => {
    if (launch.outcome !== "open") return launch;
    const isNewest = launch.number === report.number;
    if (report.kind === (isNewest ? "unknown" : "unsettled")) return launch;
    const reason = isNewest ? report.message : `launch ${report.number} found no runner of it`;
    return { ...launch, outcome: "not-started", reason } as const;
  });
  return { ...item, launches };
}

function goOn(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  const { now, capacityDeadline } = circumstances;
  const sameRung = report.kind === "throttled" || report.kind === "unregistered";
  if (!sameRung && item.rung + 1 < item.spec.rungs.length) {
    return claim({ ...item, rung: item.rung + 1 }, circumstances);
  }
  const waited = now - (item.times.received ?? now);
  if (report.kind === "invalid" || waited >= capacityDeadline) {
    const failed = stepJob(item, { status: "failed", reason: report.message }, now);
    return { writes: [failed], actions: [], outcome: "failed" };
  }
  return park(sameRung ? item : { ...item, rung: 0 }, report, circumstances);
}

function park(item: JobItem, report: NotStarted, { now, jitter }: Circumstances): Decision {
  const retryAt = "retryAt" in report ? report.retryAt : undefined;
  const wakeAt = Math.max(now, retryAt ?? 0) + capacityWait(item.waits, jitter);
  const parked = stepJob(
    { ...item, waits: item.waits + 1 },
    { status: "parked", reason: report.message, wakeAt },
    now,
  );
  const wake = { kind: "wake", itemId: parked.id, at: wakeAt } as const;
  return { writes: [parked], actions: [wake], outcome: "parked" };
}
