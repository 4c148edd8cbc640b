import type { AttributeValue, Item } from "./attribute-value.ts";
import { typeOf } from "./attribute-value.ts";
import type { Comparator, Condition } from "./condition.ts";
import { validationError } from "./dynamodb-errors.ts";
import { evaluateCondition } from "./evaluate-condition.ts";
import { keyNames, type KeySchema, type Table } from "./table.ts";

const turnedComparators: ReadonlyMap<Comparator, Comparator> = new Map([
  ["<", ">"],
  ["<=", ">="],
  [">", "<"],
  [">=", "<="],
]);
const rangeComparators = new Set(["=", "<", "<=", ">", ">="]);

/**
 * Turns a parsed KeyConditionExpression into a test of items.
 * @throws {AwsError} unless it is equality on the hash key and at most one condition on the range key
 */
export function toKeyTest(
  condition: Condition,
  key: KeySchema,
  table: Table,
): (item: Item) => boolean {
  const parts = conjuncts(condition).map((part) => pathFirst(part));
  const named = parts.map((part) => ({ part, name: attributeOf(part) }));
  const hash = named.filter(({ name }) => name === key.hash);
  const range = named.filter(({ name }) => name !== undefined && name === key.range);
  if (hash.length === 0) {
    throw validationError(`Query condition missed key schema element: ${key.hash}`);
  }
  if (hash.length + range.length < parts.length || hash.length > 1 || range.length > 1) {
    throw validationError("Query key condition not supported");
  }
  if (hash.some(({ part }) => !(part.kind === "compare" && part.comparator === "="))) {
    throw validationError("Query key condition not supported");
  }
  for (const { part, name } of named) checkTypes(table, part, name ?? "");
  const names = keyNames(key);
  return (item) =>
    names.every((name) => item[name] !== undefined) && evaluateCondition(condition, item);
}

function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === "and"
    ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
    : [condition];
}

/** `:v = name` the way round that the rest reads. */
function pathFirst(condition: Condition): Condition {
  if (condition.kind !== "compare" || condition.left.kind !== "value") return condition;
  const { left, right, comparator } = condition;
  const turned = comparator === "=" ? comparator : turnedComparators.get(comparator);
  return turned ? { kind: "compare", comparator: turned, left: right, right: left } : condition;
}

/** The attribute a condition of the allowed kinds is about. */
function attributeOf(condition: Condition): string | undefined {
  switch (condition.kind) {
    case "compare":
      if (!rangeComparators.has(condition.comparator)) return undefined;
      return condition.left.kind === "path" ? String(condition.left.path[0]) : undefined;
    case "between":
      return condition.operand.kind === "path" ? String(condition.operand.path[0]) : undefined;
    case "begins_with":
      return String(condition.path[0]);
    default:
      return undefined;
  }
}

function checkTypes(table: Table, condition: Condition, name: string): void {
  const expected = table.attributeTypes.get(name);
  if (valuesOf(condition).every((value) => typeOf(value) === expected)) return;
  throw validationError(
    "One or more parameter values were invalid: Condition parameter type does not match schema type",
  );
}

function valuesOf(condition: Condition): readonly AttributeValue[] {
  const operands =
    condition.kind === "compare"
      ? [condition.right]
      : condition.kind === "between"
        ? [condition.low, condition.high]
        : condition.kind === "begins_with"
          ? [condition.operand]
          : [];
  return operands.flatMap((operand) => (operand.kind === "value" ? [operand.value] : []));
}
