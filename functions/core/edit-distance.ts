/**
 * Tells whether at most `edits` slips of the hand lie between two words: a letter too many, too few
 * or wrong, or two neighbours swapped (`acrh`). That is the restricted Damerau-Levenshtein distance.
 * Its cost grows as 4^edits, so it is meant for one or two.
 */
export function isWithinEdits(left: string, right: string, edits: number): boolean {
  if (left === right) {
    return true;
  }
  if (edits === 0) {
    return false;
  }
  const [a, b] = withoutCommonStart(left, right);
  return (
    isWithinEdits(a.slice(1), b, edits - 1) ||
    isWithinEdits(a, b.slice(1), edits - 1) ||
    isWithinEdits(a.slice(1), b.slice(1), edits - 1) ||
    (a[0] === b[1] && a[1] === b[0] && isWithinEdits(a.slice(2), b.slice(2), edits - 1))
  );
}

function withoutCommonStart(left: string, right: string): readonly [string, string] {
  let start = 0;
  while (start < left.length && left[start] === right[start]) {
    start += 1;
  }
  return [left.slice(start), right.slice(start)];
}
