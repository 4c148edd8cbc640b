import type { AnsweredCall } from "./contract.ts";

/** Knows which passes of reconcile did not get all that they asked for. */
export type PassWatch = {
  readonly onCall: (call: AnsweredCall) => void;
  /** How many there were from then on. */
  readonly hinderedSince: (since: number) => number;
};

/** The schedule's rate, in milliseconds. */
const period = 60_000;

/** Answers to what was asked; what is asked anew with another token or clock comes right after. */
const told: ReadonlySet<number> = new Set([401, 404, 422]);

/** No pass has been hindered yet. */
export function watchPasses(): PassWatch {
  const hindered: number[] = [];
  return {
    onCall: (call) => {
      if (call.who.function !== "reconcile" || !isHindrance(call)) return;
      const pass = call.at - (call.at % period);
      if (hindered.at(-1) !== pass) hindered.push(pass);
    },
    hinderedSince: (since) => hindered.length - hindered.findLastIndex((pass) => pass < since) - 1,
  };
}

// A failed condition is somebody else's success.
function isHindrance({ answer }: AnsweredCall): boolean {
  if (answer === undefined) return true;
  if (answer.status < 400 || told.has(answer.status)) return false;
  return !answer.body.includes("ConditionalCheckFailed");
}
