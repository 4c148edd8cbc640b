import type { AnsweredCall, LogLine } from "./contract.ts";
import type { FaultName } from "./fault-rates.ts";

/** Knows which passes of reconcile did not get all that they asked for, or did not come to their end. */
export type PassWatch = {
  readonly onCall: (call: AnsweredCall) => void;
  readonly onLog: (line: LogLine) => void;
  /** How many there were from then on. */
  readonly hinderedSince: (since: number) => number;
};

type Pass = { readonly at: number; isRefused: boolean; hasEnded: boolean };

/** The schedule's rate, in milliseconds. */
const period = 60_000;

/** How long a freeze is that leaves a pass too little time, in milliseconds. */
const longFreeze = 2_000;

/** The last line of every pass. */
const lastLine = '"message":"GitHub requests left"';

/** Answers to what was asked; after a 401 it is asked anew with another token or clock, once. */
const told: ReadonlySet<number> = new Set([401, 404, 422]);

/** Faults by which GitHub does not believe who asks. */
const disbeliefs = ["jwt-refused", "token-refused"] as const satisfies readonly FaultName[];

/** What a pass is judged by: the time, and when a fault last struck anybody. */
export type PassParts = {
  readonly now: () => number;
  readonly lastStrike: (fault: FaultName) => number;
};

/** No pass has been made yet. */
export function watchPasses({ now, lastStrike }: PassParts): PassWatch {
  const passes: Pass[] = [];
  const isDisbelieved = watchDisbelief();
  const isThawed = watchFreezes(lastStrike);
  const find = (time: number): Pass => {
    const at = passAt(time);
    const known = passes.findLast((pass) => pass.at <= at);
    if (known?.at === at) return known;
    const pass = { at, isRefused: false, hasEnded: false };
    passes.push(pass);
    return pass;
  };
  return {
    onCall: (call) => {
      if (call.who.function !== "reconcile") return;
      const pass = find(call.at);
      const isGivenUp =
        isDisbelieved(call) && disbeliefs.some((fault) => lastStrike(fault) === now());
      if (isThawed(call) || isGivenUp || isRefusal(call)) pass.isRefused = true;
    },
    onLog: ({ who, at, text }) => {
      if (who.function === "reconcile" && text.includes(lastLine)) find(at).hasEnded = true;
    },
    hinderedSince: (since) => {
      const first = passes.findLastIndex(({ at }) => at < since) + 1;
      return passes.slice(first).filter(({ isRefused, hasEnded }) => isRefused || !hasEnded).length;
    },
  };
}

/** Tells of a call that is answered 401 once more, and is not made again for that. */
function watchDisbelief(): (call: AnsweredCall) => boolean {
  const doubted = new Set<string>();
  return ({ who, request, answer }) => {
    const question = `${who.instance} ${request.method} ${request.path}`;
    const isAgain = doubted.delete(question);
    if (answer?.status !== 401) return false;
    if (!isAgain) doubted.add(question);
    return isAgain;
  };
}

/** Tells of a call that was made late because the instance was frozen before, in the same pass. */
function watchFreezes(lastStrike: PassParts["lastStrike"]): (call: AnsweredCall) => boolean {
  // When those instances made their last call that were frozen in this pass.
  const lastCalls = new Map<number, number>();
  return ({ who: { instance }, at }) => {
    const last = lastCalls.get(instance);
    const isOfPass = last !== undefined && passAt(last) === passAt(at);
    // Whether an instance is frozen is settled as it makes a call, and one more may be made before it is.
    if (isOfPass || lastStrike("frozen") >= at) lastCalls.set(instance, Math.max(last ?? at, at));
    else lastCalls.delete(instance);
    return isOfPass && at - last >= longFreeze;
  };
}

// The schedule begins each with a full minute, and none lasts for as long.
function passAt(time: number): number {
  return time - (time % period);
}

// A failed condition is somebody else's success.
function isRefusal({ answer }: AnsweredCall): boolean {
  if (answer === undefined) return true;
  if (answer.status < 400 || told.has(answer.status)) return false;
  return !answer.body.includes("ConditionalCheckFailed");
}
