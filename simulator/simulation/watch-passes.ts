import type { AnsweredCall, LogLine } from "./contract.ts";

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

/** The last line of every pass. */
const lastLine = '"message":"GitHub asked"';

/** Answers to what was asked; what is asked anew with another token or clock comes right after. */
const told: ReadonlySet<number> = new Set([401, 404, 422]);

/** No pass has been made yet. */
export function watchPasses(): PassWatch {
  const passes: Pass[] = [];
  const find = (time: number): Pass => {
    const at = time - (time % period);
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
      if (isRefusal(call)) pass.isRefused = true;
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

// A failed condition is somebody else's success.
function isRefusal({ answer }: AnsweredCall): boolean {
  if (answer === undefined) return true;
  if (answer.status < 400 || told.has(answer.status)) return false;
  return !answer.body.includes("ConditionalCheckFailed");
}
