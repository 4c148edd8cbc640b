import {
  type Circumstances,
  type Decision,
  type Items,
  nothing,
  type NotStarted,
} from "./decision.ts";
import { claim } from "./decide-queued.ts";
import { giveUp, refuseLate } from "./give-up.ts";
import { excuse, isTooLate, isUnasked, saysNothingOfCapacity } from "./capacity-deadline.ts";
import { newestLaunch, park, waitedSince } from "./job-item.ts";
import { isClosed, type JobItem } from "./ledger.ts";
import { retireLeftOver } from "./left-over.ts";
import type { ProviderName } from "./provider.ts";
import { describeShortage, describeUnsaid } from "./refusal-reason.ts";
import { capacityWait, imageWait, registeredAfter, settlePatience, turnWait } from "./waits.ts";

/**
 * A launch brought no runner: on to the next rung, or wait, or refuse the job when that is hopeless or
 * has lasted too long. A launch of unknown outcome stays open, so that the next one settles it first.
 */
export function decideNotStarted(
  items: Items,
  { item, report }: { readonly item: JobItem; readonly report: NotStarted },
  circumstances: Circumstances,
): Decision {
  if (newestLaunch(item)?.number !== report.number) return nothing("launch is out of date");
  const settled = settle(item, report);
  if (item.lease?.owner !== circumstances.owner) {
    return { writes: [settled], actions: [], outcome: "launch recorded late" };
  }
  // Of one that was not found out in time, nothing was tried.
  const mayLive =
    report.kind === "unsettled" || settled.launches.some(({ outcome }) => outcome === "open");
  return mayLive
    ? settleLater(items, { item: settled, report }, circumstances)
    : goOn(items, { item: settled, report }, circumstances);
}

// As long as a runner may be alive somewhere, nothing else is started for the job: the next launch begins
// with looking for it. What has lasted too long ends like a want of capacity, and whatever may be left of
// it is retired where no launch comes any more.
function settleLater(
  items: Items,
  { item, report }: { readonly item: JobItem; readonly report: NotStarted },
  circumstances: Circumstances,
): Decision {
  if (!isHopeless(item, report, circumstances)) {
    return waitAgain(onNextRung(item, report), report, circumstances);
  }
  const ended = end(item, report, circumstances);
  const isOver = ended.writes.some((written) => written.kind === "job" && isClosed(written));
  if (!isOver) return ended;
  const left = retireLeftOver(items, { item, outcomes: ["open"] }, circumstances);
  return {
    ...ended,
    writes: [...left.writes, ...ended.writes],
    actions: [...ended.actions, ...left.actions],
  };
}

// A service that fails for good is no better than one without capacity, and of no use for what a runner
// has to tell either. GitHub's failures are waited for: without it no job runs, nor can one be told.
function isHopeless(item: JobItem, report: NotStarted, circumstances: Circumstances): boolean {
  if ("isUnanswered" in report) return false;
  if (report.kind === "unsettled") {
    const now = circumstances.now - settlePatience;
    return isTooLate(item, report, { ...circumstances, now });
  }
  return !isUnasked(report) && isTooLate(item, report, circumstances);
}

// One answer that was lost is bad luck; the next may come from elsewhere.
function onNextRung(item: JobItem, report: NotStarted): JobItem {
  if (report.kind !== "unknown" || isUnasked(report) || item.waits === 0) return item;
  return { ...item, rung: (item.rung + 1) % item.spec.rungs.length };
}

// A launch that was tried at all found all earlier ones without a runner. One that was not tried never
// was: a job may wait for its image for hours, and its row has no room for as many launches.
function settle(item: JobItem, report: NotStarted): JobItem {
  const tried = report.kind === "no-image" ? item.launches.slice(0, -1) : item.launches;
  const launches = tried.map((launch) => {
    if (launch.outcome !== "open") return launch;
    const isNewest = launch.number === report.number;
    const isSettled =
      report.kind === "unsettled" && report.settled?.includes(launch.number) === true;
    if (report.kind === "unsettled" && !isNewest && !isSettled) return launch;
    if (isNewest && report.kind === "unknown") {
      const unasked = isUnasked(report) ? ({ isUnasked: true } as const) : {};
      return { ...launch, ...unasked, reason: report.message };
    }
    const foundOut = launch.reason ?? `no runner of it was found before launch ${report.number}`;
    return {
      ...launch,
      outcome: "not-started",
      reason: isNewest ? report.message : foundOut,
      ...(isNewest && report.kind === "invalid" ? { isInvalid: true as const } : {}),
    } as const;
  });
  return { ...item, launches };
}

function goOn(
  items: Items,
  { item, report }: { readonly item: JobItem; readonly report: NotStarted },
  circumstances: Circumstances,
): Decision {
  const sameRung = ["throttled", "unregistered", "no-image"].includes(report.kind);
  if (!sameRung && item.rung + 1 < item.spec.rungs.length) {
    return claim(items, { ...item, rung: item.rung + 1, reason: report.message }, circumstances);
  }
  const isInvalid = report.kind === "invalid" && isInvalidEverywhere(item);
  if (isInvalid || isHopeless(item, report, circumstances)) return end(item, report, circumstances);
  return waitAgain(sameRung ? item : { ...item, rung: 0 }, report, circumstances);
}

// What one rung would never take, another may take once it has room.
function isInvalidEverywhere({ spec, launches }: JobItem): boolean {
  const newest = (rung: ProviderName) => launches.findLast(({ provider }) => provider === rung);
  return spec.rungs.every((rung) => newest(rung)?.isInvalid === true);
}

function end(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  if (item.refusal !== undefined) {
    return giveUp(item, describeUnsaid(item, report.message), circumstances);
  }
  const { now } = circumstances;
  const reason = describeShortage(item, report, now - (waitedSince(item.times) ?? now));
  const isUntold = cannotBeTold(item, report, circumstances);
  return (isUntold ? giveUp : refuseLate)(item, reason, circumstances);
}

// Where GitHub registers no runner on principle, it registers none that could tell so either; and where
// there is no image, no runner of the same one can tell.
function cannotBeTold(
  { spec }: JobItem,
  report: NotStarted,
  { refusalSpec }: Circumstances,
): boolean {
  if (report.kind === "unregistered") return true;
  const { image, architecture } = refusalSpec;
  return report.kind === "no-image" && image === spec.image && architecture === spec.architecture;
}

function waitAgain(item: JobItem, report: NotStarted, circumstances: Circumstances): Decision {
  const { now, jitter } = circumstances;
  const { retryAt = now } = report.kind === "no-image" ? {} : report;
  const lacksImage = report.kind === "no-image";
  const wakeAt = Math.max(
    Math.max(now, retryAt) + waitOf(item, report, jitter),
    seenAt(item, report),
  );
  // A runner that cannot be got rid of for so long may be running the job.
  const doubtful = report.kind === "unsettled" && isTooLate(item, report, circumstances);
  const times = saysNothingOfCapacity(report) ? excuse(item.times, wakeAt - now) : item.times;
  return park(
    { ...item, times, waits: lacksImage ? item.waits : item.waits + 1 },
    { reason: report.message, wakeAt, doubtful },
    { now, outcome: "parked" },
  );
}

// Whoever was told when to try again has a turn of its own.
function waitOf({ waits }: JobItem, report: NotStarted, jitter: number): number {
  if (report.kind === "no-image") return imageWait(jitter);
  const hasTurn = report.kind !== "unsettled" && report.retryAt !== undefined;
  return hasTurn ? turnWait(waits, jitter) : capacityWait(waits, jitter);
}

// When at the latest what GitHub may have registered would be seen: before that the next try is in vain.
function seenAt(item: JobItem, report: NotStarted): number {
  const unseen = isUnasked(report) ? newestLaunch(item) : undefined;
  return unseen === undefined ? 0 : unseen.at + registeredAfter;
}
