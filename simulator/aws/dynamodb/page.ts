import { asInteger, asText, type JsonReader } from "../json-reader.ts";
import { asItem, type Item } from "./attribute-value.ts";
import { compareValues } from "./compare-values.ts";
import { validationError } from "./dynamodb-errors.ts";
import { evaluateCondition } from "./evaluate-condition.ts";
import { itemSize } from "./item-size.ts";
import { readCondition } from "./read-condition.ts";
import type { Projection } from "./projection.ts";
import type { Substitutions } from "./substitutions.ts";
import { keyNames, keyOf, keyText, type KeySchema, type Table } from "./table.ts";

/** What one page of a Query or Scan is cut from. */
export type PageSource = {
  readonly table: Table;
  /** Of the table or of the index that is read. */
  readonly key: KeySchema;
  readonly matching: readonly Item[];
  readonly forward: boolean;
};

const mostPageBytes = 1_048_576;

/** Reads `FilterExpression`; without one, everything passes. */
export function readFilter(
  input: JsonReader,
  substitutions: Substitutions,
): (item: Item) => boolean {
  const text = input.optional("FilterExpression", asText);
  if (text === undefined) return () => true;
  const condition = readCondition(text, "FilterExpression", substitutions);
  return (item) => evaluateCondition(condition, item);
}

/** One page in key order: limited before it is filtered, with the key to go on from when it was cut. */
export function toPage(
  source: PageSource,
  input: JsonReader,
  show: { readonly filter: (item: Item) => boolean; readonly projection: Projection },
): Readonly<Record<string, unknown>> {
  const remaining = afterStart(source, input.optional("ExclusiveStartKey", asItem));
  const limit = input.optional("Limit", asInteger) ?? Number.POSITIVE_INFINITY;
  if (limit < 1) {
    throw validationError(
      "1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    );
  }
  const read = cut(remaining, limit);
  const shown = read.filter((item) => show.filter(item));
  const last = read.at(-1);
  const wasCut = last && (read.length < remaining.length || read.length === limit);
  const counts = { Count: shown.length, ScannedCount: read.length };
  return {
    ...counts,
    ...(input.optional("Select", asText) !== "COUNT" && {
      Items: shown.map((item) => show.projection(item)),
    }),
    ...(wasCut && { LastEvaluatedKey: startKeyOf(source, last) }),
  };
}

function afterStart(source: PageSource, start: Item | undefined): readonly Item[] {
  const direction = source.forward ? 1 : -1;
  const sorted = source.matching.toSorted(
    (left, right) => direction * compareItems(source, left, right),
  );
  if (!start) return sorted;
  const expected = Object.keys(startKeyOf(source, start)).length;
  const names = new Set([...keyNames(source.table.key), ...keyNames(source.key)]);
  if (expected !== names.size || Object.keys(start).length !== names.size) {
    throw validationError("The provided starting key is invalid");
  }
  return sorted.filter((item) => direction * compareItems(source, item, start) > 0);
}

function startKeyOf(source: PageSource, item: Item): Item {
  return { ...keyOf(source.table.key, item), ...keyOf(source.key, item) };
}

function compareItems(source: PageSource, left: Item, right: Item): number {
  const { range } = source.key;
  const first = range === undefined ? undefined : left[range];
  const second = range === undefined ? undefined : right[range];
  const order = first && second ? (compareValues(first, second) ?? 0) : 0;
  if (order !== 0) return order;
  const [leftKey, rightKey] = [keyText(source.table, left), keyText(source.table, right)];
  if (leftKey === rightKey) return 0;
  return leftKey < rightKey ? -1 : 1;
}

function cut(items: readonly Item[], limit: number): readonly Item[] {
  const page: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (page.length === limit || bytes >= mostPageBytes) break;
    page.push(item);
    bytes += itemSize(item);
  }
  return page;
}
