import {
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  type LaunchReport,
  type LedgerEvent,
  nothing,
  type Started,
} from "./decision.ts";
import { decideNotStarted } from "./decide-not-started.ts";
import { newestLaunch } from "./job-item.ts";
import { recordLaunch, toLaunched } from "./launched.ts";
import { jobKey } from "./job.ts";
import { isClosed, type JobItem, jobItemId, type RunnerItem } from "./ledger.ts";
import { loseRunner } from "./lose-runner.ts";
import { awaits } from "./rebinding.ts";
import { keepRunner, oweRetirement, runnerOfLaunch } from "./runner-item.ts";
import { readRunnerName } from "./runner-name.ts";
import { removalWait } from "./waits.ts";

/** A launch came to its end: record it, take it back, or go on to the next rung. */
export function decideLaunchEnded(
  items: Items,
  { jobKey: key, report }: Extract<LedgerEvent, { kind: "launch-ended" }>,
  circumstances: Circumstances,
): Decision {
  const item = jobItemOf(items, jobItemId(key));
  if (item === undefined) return nothing("job is unknown");
  if (report.kind !== "started") {
    const decision = decideNotStarted(items, { item, report }, circumstances);
    const left = recordRegistration(items, { item, report }, circumstances);
    return { ...decision, writes: [...left, ...decision.writes] };
  }
  const known = runnerOfLaunch(items, { item, number: report.number }, circumstances);
  return decideStarted(
    withoutLateRefusal(item, report),
    { runner: recordRunner(known, report), report },
    circumstances,
  );
}

// One that was started before the job was refused has turned up: the job is served after all.
function withoutLateRefusal(item: JobItem, { number }: Started): JobItem {
  const launch = item.launches.find((known) => known.number === number);
  const refusedAt = item.times.refused ?? Number.NEGATIVE_INFINITY;
  if (launch === undefined || launch.at >= refusedAt) return item;
  const { refusal: _refusal, times, ...served } = item;
  const { refused: _refused, ...known } = times;
  return { ...served, times: known };
}

function recordRunner(known: RunnerItem, { computeId, registrationId }: Started): RunnerItem {
  return { ...known, computeId, ...(registrationId === undefined ? {} : { registrationId }) };
}

// A registration that could not be removed is owed by a runner that has nothing else.
function recordRegistration(
  items: Items,
  { item, report }: { item: JobItem; report: LaunchReport },
  circumstances: Circumstances,
): readonly RunnerItem[] {
  if (!("leftRegistrationId" in report) || report.leftRegistrationId === undefined) return [];
  const { number, leftRegistrationId: registrationId } = report;
  const runner = runnerOfLaunch(items, { item, number }, circumstances);
  const wakeAt = circumstances.now + removalWait;
  return [{ ...runner, registrationId, owed: ["deregister"], wakeAt }];
}

function decideStarted(
  item: JobItem,
  { runner, report }: { runner: RunnerItem; report: Started },
  circumstances: Circumstances,
): Decision {
  const { now, owner, runnerPrefix } = circumstances;
  const isLauncher = item.lease?.owner === owner;
  if (!isLauncher && !isNeeded(item, report, runnerPrefix)) {
    const retired = oweRetirement(runner, now);
    const actions = [{ kind: "retire", item: retired } as const];
    return { writes: [retired], actions, outcome: "launched but no longer needed" };
  }
  const recorded = recordLaunch(item, report.number);
  const next = isLauncher ? toLaunched(recorded, now) : recorded;
  if (runner.ended !== undefined && awaits(next, runner, circumstances)) {
    return loseRunner(next, runner, circumstances);
  }
  const isUsual = runner.serves === (isLauncher ? undefined : jobKey(item.job));
  const actions = isUsual ? [] : [{ kind: "rebind", runnerName: runner.name } as const];
  // The job's row tells by itself which runner it has: on the usual way no write waits for the other.
  // But one that was started before may be about to be retired by somebody, who has to learn of this.
  const isNew = newestLaunch(item)?.number === report.number;
  const writes = [keepRunner(runner), next];
  return { writes, inAnyOrder: isLauncher && isNew, actions, outcome: "launched" };
}

// Whoever lost the lease takes back what it made, unless that is what the job has or another job
// needs: when a runner made for another job took this one, this one's runner is what is left for it.
function isNeeded(item: JobItem, { number }: Started, prefix: string): boolean {
  if (isClosed(item) && item.runnerName === undefined) return false;
  const server = readRunnerName(prefix, item.runnerName ?? "");
  if (server?.jobKey === jobKey(item.job)) return server.launch === number;
  const launch = item.launches.find((known) => known.number === number);
  return launch?.outcome === "started" || newestLaunch(item)?.number === number;
}
