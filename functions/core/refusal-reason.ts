import type { NotStarted } from "./decision.ts";
import { hideAccounts } from "./hide-accounts.ts";
import { shorten } from "./label-text.ts";
import type { JobItem } from "./ledger.ts";
import type { ProviderName } from "./provider.ts";

/** Longest part of a reason that is somebody else's message. */
const longestMessage = 100;

/** Why no runner could be started for a job in so many milliseconds, and what was tried, for its own log. */
export function describeShortage(
  item: JobItem,
  { kind, message }: Pick<NotStarted, "kind" | "message">,
  waited: number,
): string {
  const minutes = Math.round(waited / 60_000);
  const time = kind === "invalid" ? "" : ` in ${minutes} min`;
  const tried = item.spec.rungs.flatMap((rung) => describeRung(item, rung)).join("; ");
  return `no runner could be started${time}: ${tried || tell(message)}; ${advise(kind)}`;
}

/** Why a job gets no further runner, after so many that came to nothing. */
export function describeLosses({ losses }: JobItem, reason: string): string {
  return `${losses} runners in a row ended before the job began, the last: ${tell(reason, 2 * longestMessage)}; run the job again`;
}

/** Why a refused job could not be told so in its own log. */
export function describeUnsaid({ refusal = "" }: JobItem, reason: string): string {
  return `${refusal} (no runner could be started to say so: ${tell(reason)})`;
}

/** What a job waits for that GitHub gave to a runner which has ended, and how to get it out of there. */
export function describeStuck({ job }: JobItem, runnerName: string): string {
  const { runId } = job;
  return `GitHub gave the job to runner ${runnerName}, which has ended or hangs, and does not take it back (actions/runner#4598); no single job can be cancelled: use gh run cancel ${runId}, then gh run rerun ${runId} --failed`;
}

/** What a job waits for whose runner is busy, but does not speak to GitHub. */
export function describeSilent(runnerName: string): string {
  return `GitHub calls its runner ${runnerName} busy, which does not answer any more`;
}

/** Why a refusal is not told yet. */
export function describeTurn(refusal: string, wait: number): string {
  const minutes = Math.ceil(wait / 60_000);
  return `refused, and reported in ${minutes} min, as this repository has reached its limit of refusals per hour: ${refusal}`;
}

function describeRung({ launches }: JobItem, rung: ProviderName): readonly string[] {
  const last = launches.findLast(
    ({ provider, reason }) => provider === rung && reason !== undefined,
  );
  return last?.reason === undefined ? [] : [`${rung}: ${tell(last.reason)}`];
}

function advise(kind: NotStarted["kind"]): string {
  const isSizes = kind === "no-capacity" || kind === "quota" || kind === "invalid";
  if (isSizes || kind === "throttled")
    return "ask for a smaller size, or for another provider with runs-on=";
  return "ask whoever operates tornade here";
}

function tell(message: string, length = longestMessage): string {
  return shorten(hideAccounts(message), length);
}
