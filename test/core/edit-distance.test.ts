import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWithinEdits } from "../../functions/core/edit-distance.ts";

/** The textbook table, to check the short form against. */
function toDistance(left: string, right: string): number {
  const cells = new Map<string, number>();
  const at = (row: number, column: number) => cells.get(`${row},${column}`) ?? Infinity;
  for (let row = 0; row <= left.length; row += 1) {
    for (let column = 0; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const ways = [
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (same ? 0 : 1),
        swapped ? at(row - 2, column - 2) + 1 : Infinity,
      ];
      cells.set(`${row},${column}`, row + column === 0 ? 0 : Math.min(...ways));
    }
  }
  return at(left.length, right.length);
}

describe("isWithinEdits", () => {
  it.each([
    ["arch", "arch", 0],
    ["arh", "arch", 1],
    ["aarch", "arch", 1],
    ["arck", "arch", 1],
    ["acrh", "arch", 1],
    ["archs", "arch", 1],
    ["", "a", 1],
    ["batch", "arch", 2],
    ["stage", "image", 2],
    ["ci", "cpu", 2],
    ["abc", "ca", 3],
  ])("finds %j and %j to be %d apart", (left, right, distance) => {
    expect([0, 1, 2, 3].filter((edits) => isWithinEdits(left, right, edits))).toEqual(
      [0, 1, 2, 3].filter((edits) => edits >= distance),
    );
  });

  it("agrees with the table", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.nat({ max: 2 }), (left, right, edits) => {
        expect(isWithinEdits(left, right, edits)).toBe(toDistance(left, right) <= edits);
      }),
      { numRuns: 2000 },
    );
  });
});
