import { isWithinEdits } from "./edit-distance.ts";
import type { Assignment } from "./label-assignments.ts";
import type { LabelKey } from "./label-keys.ts";
import { quote, toList } from "./label-text.ts";

/** Finds the first mistake key by key, then among the misspelled keys, and says what to do. */
export function findMistake(
  keys: readonly LabelKey<unknown>[],
  assignments: readonly Assignment[],
): string | undefined {
  return (
    firstDefined(keys, (key) => {
      const given = assignments.filter((assignment) => assignment.key === key.name);
      return findBadValue(key, given) ?? findSecondValue(key, given);
    }) ?? firstDefined(assignments, (assignment) => findMisspelling(keys, assignment))
  );
}

function findBadValue(key: LabelKey<unknown>, given: readonly Assignment[]): string | undefined {
  const bad = given.find(({ text }) => key.read(text) === undefined);
  return bad && `label ${quote(bad.label)} is unknown; use ${key.advise(bad.text)}`;
}

function findSecondValue(key: LabelKey<unknown>, given: readonly Assignment[]): string | undefined {
  const labelOfValue = new Map(given.map(({ text, label }) => [String(key.read(text)), label]));
  const labels = [...labelOfValue.values()].slice(0, 2).map((label) => quote(label));
  return labels.length > 1
    ? `labels ${toList(labels, "and")} give ${key.name} two values; use one of them`
    : undefined;
}

// An unknown key is its author's own, unless it is a slip away from ours and its value is right there.
function findMisspelling(
  keys: readonly LabelKey<unknown>[],
  { label, key, text }: Assignment,
): string | undefined {
  if (keys.some(({ name }) => name === key)) {
    return undefined;
  }
  const meant = keys.find(
    ({ name, read }) =>
      isWithinEdits(key, name, name.length < 6 ? 1 : 2) && read(text) !== undefined,
  );
  if (meant === undefined) {
    return undefined;
  }
  const correction = quote(`${meant.name}${label.slice(label.indexOf("="))}`);
  return `label ${quote(label)} is unknown; use ${correction} or, if it is your own label, another name`;
}

function firstDefined<Item>(
  items: readonly Item[],
  find: (item: Item) => string | undefined,
): string | undefined {
  return items.map(find).find((found) => found !== undefined);
}
