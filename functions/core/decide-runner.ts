import {
  type Action,
  type Circumstances,
  type Decision,
  type Items,
  jobItemOf,
  type LedgerEvent,
  nothing,
  runnerItemOf,
} from "./decision.ts";
import { jobItemId, type RunnerItem, runnerItemId } from "./ledger.ts";
import { loseRunner } from "./lose-runner.ts";
import { awaits } from "./rebinding.ts";
import { keepRunner, newRunnerItem, oweRetirement, runnerOfLaunch } from "./runner-item.ts";
import { readRunnerName } from "./runner-name.ts";
import type { RunnerEnd } from "./state-change.ts";
import { deadUnnamedAfter, removalWait, retention, retireWait, unusedAfter } from "./waits.ts";

/** A task or build ended: remember it, remove a registration that served nobody, replace the runner. */
export function decideEnded(items: Items, stop: RunnerEnd, circumstances: Circumstances): Decision {
  const parts = readRunnerName(circumstances.runnerPrefix, stop.runnerName);
  if (parts === undefined) return nothing("runner is not ours");
  const item = jobItemOf(items, jobItemId(parts.jobKey));
  const runner =
    item === undefined
      ? (runnerItemOf(items, runnerItemId(stop.runnerName)) ??
        newRunnerItem(stop.runnerName, parts.jobKey, circumstances.now))
      : runnerOfLaunch(items, { item, number: parts.launch }, circumstances);
  const waits = item !== undefined && awaits(item, runner, circumstances);
  const ended = endRunner(runner, stop, circumstances.now);
  const retire = ended.owed.length === 0 ? [] : [{ kind: "retire", item: ended } as const];
  if (!waits) {
    const rebind = ended.serves === undefined ? [rebindOf(ended)] : [];
    // An end that is known may not have reached the job that was left with the runner.
    if (runner.ended !== undefined) {
      const writes = ended === runner ? [] : [ended];
      return { writes, actions: rebind, outcome: "end is known" };
    }
    return { writes: [ended], actions: [...retire, ...rebind], outcome: "runner ended" };
  }
  const lost = loseRunner(item, ended, circumstances);
  return { ...lost, actions: [...retire, ...lost.actions] };
}

/** A runner, and what has been done of all that it owed. */
type Retirement = Omit<Extract<LedgerEvent, { kind: "runner-retired" }>, "kind">;

/** What was owed about a runner has been done. */
export function decideRetired(
  items: Items,
  { name, done }: Retirement,
  { now }: Pick<Circumstances, "now">,
): Decision {
  const runner = runnerItemOf(items, runnerItemId(name));
  if (runner === undefined) return nothing("runner is unknown");
  // Whoever took it back meanwhile, as one that is alive, is left without it.
  const isMissed = done.some((debt) => !runner.owed.includes(debt));
  const missed = isMissed ? [rebindOf(runner)] : [];
  const expiresAt = now + retention;
  if (isUseless(runner, done)) {
    const useless: RunnerItem = { ...runner, owed: ["stop"], wakeAt: now, expiresAt };
    const actions = [{ kind: "retire", item: useless } as const, ...missed];
    return {
      writes: [useless],
      actions,
      outcome: "runner stopped: its registration was already removed",
    };
  }
  const owed = runner.owed.filter((debt) => !done.includes(debt));
  if (owed.length > 0) {
    return {
      writes: [{ ...runner, owed, expiresAt }],
      actions: missed,
      outcome: "runner half retired",
    };
  }
  const { wakeAt: _wakeAt, ...kept } = runner;
  // Its state change may never come: nobody shall wait for what was stopped.
  const ended = runner.ended ?? { at: now, reason: "no job needed it" };
  return {
    writes: [{ ...kept, owed, ended, expiresAt }],
    actions: missed,
    outcome: "runner retired",
  };
}

/**
 * Something failed of what is owed about a runner: it is tried again ever later, so that what fails for
 * good (an App that was uninstalled, a permission that was lost) does not keep others from having their
 * turn. After a day nothing is left to be done: GitHub itself has removed the registration by then, and
 * the runner has long ended as idle.
 */
export function decideNotRetired(
  items: Items,
  { name, retryAt = 0 }: Extract<LedgerEvent, { kind: "runner-not-retired" }>,
  { now }: Pick<Circumstances, "now">,
): Decision {
  const runner = runnerItemOf(items, runnerItemId(name));
  if (runner === undefined || runner.owed.length === 0) return nothing("nothing is owed");
  // Its expiry tells since when it is owed, and is therefore not put off.
  const age = now - (runner.expiresAt - retention);
  if (age >= unusedAfter) {
    const retired = decideRetired(items, { name, done: runner.owed }, { now });
    return { ...retired, outcome: "runner left to GitHub" };
  }
  const wakeAt = Math.max(now + retireWait(age), retryAt);
  return { writes: [{ ...runner, wakeAt }], actions: [], outcome: "runner not retired yet" };
}

// Taken back after its registration was removed, but before it was stopped: it gets no job any more.
function isUseless({ serves, ended, owed }: RunnerItem, done: Retirement["done"]): boolean {
  const isLeftRunning = ended === undefined && serves === undefined && !done.includes("stop");
  return isLeftRunning && owed.length === 0 && done.includes("deregister");
}

/**
 * GitHub calls a runner busy of which nothing is left. It was given a job just as it ended, which GitHub
 * takes back after a minute, or died with one, which GitHub fails after some ten: until then its
 * registration cannot be removed, and a runner that never ran a job would stay registered for a day.
 */
export function decideBusyRegistration(
  items: Items,
  { name, done }: Retirement,
  circumstances: Pick<Circumstances, "now">,
): Decision {
  const { now } = circumstances;
  const runner = runnerItemOf(items, runnerItemId(name));
  if (runner === undefined) return nothing("runner is unknown");
  const ended = runner.ended ?? { at: now, reason: "no job needed it" };
  if (runner.owed.length === 0 || now - ended.at >= deadUnnamedAfter) {
    return decideRetired(items, { name, done }, circumstances);
  }
  const kept = {
    ...oweRetirement({ ...runner, ended }, now + removalWait),
    expiresAt: now + retention,
  };
  return { writes: [kept], actions: [], outcome: "registration is busy" };
}

/** A runner that was to be retired has a job: it ends by itself, and nothing is owed. */
export function decideBusy(
  items: Items,
  { runnerName }: Extract<LedgerEvent, { kind: "runner-busy" }>,
): Decision {
  const runner = runnerItemOf(items, runnerItemId(runnerName));
  if (runner === undefined) return nothing("runner is unknown");
  return { writes: [keepRunner(runner)], actions: [], outcome: "runner is busy" };
}

function rebindOf({ name }: RunnerItem): Action {
  return { kind: "rebind", runnerName: name };
}

function endRunner(runner: RunnerItem, stop: RunnerEnd, now: number): RunnerItem {
  if (runner.ended !== undefined) {
    // Whoever retired it could not know that its capacity was being taken back.
    const isNews = stop.interrupted && runner.interrupted !== true;
    return isNews ? { ...runner, interrupted: true } : runner;
  }
  const ended = {
    ...runner,
    computeId: stop.computeId,
    ended: { at: stop.at, reason: stop.reason },
    interrupted: stop.interrupted,
    expiresAt: now + retention,
  };
  // GitHub removes the registration of a runner that ran a job; any other would stay for a day.
  if (runner.serves !== undefined) {
    const { wakeAt: _wakeAt, ...settled } = ended;
    return { ...settled, owed: [] };
  }
  return oweRetirement(ended, now);
}
