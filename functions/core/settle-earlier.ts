import type { LaunchReport, Started } from "./decision.ts";
import { messageOf, toError } from "./errors.ts";
import { findCompute, type FindPorts } from "./find-compute.ts";
import { aftermathOf, GitHubError, isUnanswered } from "./github-error.ts";
import { jobKey } from "./job.ts";
import type { JobItem, Launch } from "./ledger.ts";
import { runnerName } from "./runner-name.ts";
import type { JobState, RunnerRegistry } from "./runner-registry.ts";
import { registeredAfter, settleAfter, settleTime } from "./waits.ts";

/** What settling earlier launches needs of the outside. */
export type SettlePorts = FindPorts & {
  readonly registry: RunnerRegistry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

type Unsettled = Extract<LaunchReport, { readonly kind: "unsettled" }>;

/**
 * Finds out what became of the launches of a job whose outcome nobody knows, before its newest one is
 * carried out. Where GitHub is slow it ends early: the function would be killed before anything is written
 * down, and have one launch more to settle the next time.
 * @returns nothing when no runner of them is left
 */
export async function settleEarlier(
  item: JobItem,
  newest: Launch,
  ports: SettlePorts,
): Promise<LaunchReport | JobState | undefined> {
  const until = ports.now() + settleTime;
  const settled: number[] = [];
  try {
    for (const earlier of item.launches) {
      if (earlier.outcome !== "open" || earlier === newest) continue;
      if (ports.now() >= until) return withSettled(reportLate(newest), settled);
      const fate = await settle(item, { earlier, newest }, ports);
      if (fate !== undefined) return "message" in fate ? withSettled(fate, settled) : fate;
      settled.push(earlier.number);
    }
    const isLate = settled.length > 0 && ports.now() >= until;
    return isLate ? withSettled(reportLate(newest), settled) : undefined;
  } catch (error) {
    return withSettled(reportUnsettled(error, newest.number), settled);
  }
}

// Before another runner is started, the one that may have been is looked for: alive or booting it is
// taken; without compute its registration is removed, so that it cannot be given a job, though not
// before either would be seen if it were there.
async function settle(
  item: JobItem,
  { earlier, newest }: { earlier: Launch; newest: Launch },
  ports: SettlePorts,
): Promise<Started | Unsettled | JobState | undefined> {
  const { number } = earlier;
  const name = runnerName(ports.runnerPrefix, jobKey(item.job), number);
  const registered = await ports.registry.find(item.job, name);
  const compute = await findCompute(item, earlier, ports);
  if (compute !== undefined && registered !== undefined) {
    return { kind: "started", number, ...compute, ...registered };
  }
  const unsettled = { kind: "unsettled", number: newest.number } as const;
  const isUnseen = registered === undefined && compute === undefined && earlier.isUnasked === true;
  const retryAt = earlier.at + (isUnseen ? registeredAfter : settleAfter);
  if (newest.at < retryAt) {
    const message = `runner ${name} may still be starting; it is looked for again`;
    return { ...unsettled, message, retryAt, ...(isUnseen ? { isUnanswered: true } : {}) };
  }
  if (compute !== undefined) return findHadRunner(item, ports);
  if (registered === undefined) return undefined;
  const removal = await ports.registry.remove(item.job, registered.registrationId);
  if (removal !== "busy") return undefined;
  return { ...unsettled, message: `runner ${name} is busy, but its compute was not found` };
}

// A runner that is up and that GitHub does not know (any more) never gets a job: either it has had one
// already, and that may be this one, or its registration was removed.
async function findHadRunner(
  { job }: JobItem,
  { registry }: SettlePorts,
): Promise<JobState | undefined> {
  const state = await registry.readJob(job);
  return state.status === "queued" || state.status === "waiting" ? undefined : state;
}

function withSettled(report: Unsettled, settled: readonly number[]): Unsettled {
  return settled.length === 0 ? report : { ...report, settled };
}

function reportLate({ number }: Launch): Unsettled {
  const message = "checking its earlier launches took too long; it goes on with the next try";
  return { kind: "unsettled", number, message, isUnanswered: true };
}

function reportUnsettled(error: unknown, number: number): Unsettled {
  const report = { kind: "unsettled", number, message: messageOf(error) } as const;
  if (!(error instanceof GitHubError)) return { ...report, error: toError(error) };
  const unanswered = isUnanswered(error) ? ({ isUnanswered: true } as const) : {};
  return { ...report, ...aftermathOf(error), ...unanswered };
}
