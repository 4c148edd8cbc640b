import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { takeTurn } from "../../functions/core/refusal-turns.ts";
import { itemsOf, queuedJob, start } from "./builders.ts";

const hour = 3_600_000;

/** The turns that others have: often at one time, and at the very edge of an hour from one another. */
const anyTurn = fc
  .tuple(fc.integer({ min: -1, max: 5 }), fc.constantFrom(0, 0, 1, 2, 1_800_000), fc.nat(1))
  .map(([hours, after, less]) => start + hours * hour + after - less);

/** The earliest time that leaves no hour with more than `most`, found by trying each that may be. */
function tryEach(turns: readonly number[], most: number): number | undefined {
  const ends = turns.map((turn) => turn + hour).filter((end) => end > start);
  return [start, ...ends.toSorted((one, other) => one - other)].find((at) => {
    const near = [...turns.filter((turn) => Math.abs(turn - at) < hour), at];
    return near.every(
      (first) => near.filter((turn) => turn >= first && turn < first + hour).length <= most,
    );
  });
}

describe("takeTurn", () => {
  it("gives the earliest turn that is free, also where more were given than are allowed now", () => {
    fc.assert(
      fc.property(
        fc.array(anyTurn, { maxLength: 40, size: "max" }),
        fc.integer({ min: 1, max: 6 }),
        (others, refusalsPerHour) => {
          const turns = Object.fromEntries(others.map((at, index) => [`${index}-1`, at]));
          const cap = { kind: "cap", id: "cap#refusals#7", turns, expiresAt: start } as const;
          const turn = takeTurn(itemsOf(cap), queuedJob(), { now: start, refusalsPerHour });
          const known = others.filter((at) => at > start - hour);
          expect(turn?.at).toBe(tryEach(known, refusalsPerHour));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
