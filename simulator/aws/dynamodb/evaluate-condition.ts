import { elementsOf, typeOf, type AttributeValue, type Item } from "./attribute-value.ts";
import { areEqual, compareValues } from "./compare-values.ts";
import type { Comparator, Condition, Operand } from "./condition.ts";
import { valueAt, type Path } from "./path.ts";

/** Whether a condition holds for an item; a comparison with an absent attribute holds only for `<>`. */
export function evaluateCondition(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and":
      return evaluateCondition(condition.left, item) && evaluateCondition(condition.right, item);
    case "or":
      return evaluateCondition(condition.left, item) || evaluateCondition(condition.right, item);
    case "not":
      return !evaluateCondition(condition.condition, item);
    case "exists":
      return (valueAt(item, condition.path) !== undefined) === condition.expected;
    case "between":
      return isBetween(condition, item);
    case "in":
      return condition.choices.some((choice) =>
        holds("=", valueOf(condition.operand, item), valueOf(choice, item)),
      );
    case "compare":
      return holds(
        condition.comparator,
        valueOf(condition.left, item),
        valueOf(condition.right, item),
      );
    case "begins_with":
    case "contains":
    case "attribute_type":
      return evaluateFunction(condition.kind, {
        value: valueAt(item, condition.path),
        argument: valueOf(condition.operand, item),
      });
  }
}

function isBetween(condition: Extract<Condition, { kind: "between" }>, item: Item): boolean {
  const value = valueOf(condition.operand, item);
  return (
    holds(">=", value, valueOf(condition.low, item)) &&
    holds("<=", value, valueOf(condition.high, item))
  );
}

function valueOf(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === "value") return operand.value;
  return operand.kind === "path" ? valueAt(item, operand.path) : sizeAt(item, operand.path);
}

function sizeAt(item: Item, path: Path): AttributeValue | undefined {
  const value = valueAt(item, path);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: AttributeValue): number | undefined {
  if ("S" in value) return Buffer.byteLength(value.S, "utf8");
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("L" in value) return value.L.length;
  if ("M" in value) return Object.keys(value.M).length;
  return elementsOf(value)?.length;
}

function holds(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (!left || !right) return comparator === "<>";
  if (comparator === "=") return areEqual(left, right);
  if (comparator === "<>") return !areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function evaluateFunction(
  kind: "begins_with" | "contains" | "attribute_type",
  given: {
    readonly value: AttributeValue | undefined;
    readonly argument: AttributeValue | undefined;
  },
): boolean {
  const { value, argument } = given;
  if (!value || !argument) return false;
  if (kind === "attribute_type") return "S" in argument && typeOf(value) === argument.S;
  return kind === "contains" ? contains(value, argument) : beginsWith(value, argument);
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ("S" in value && "S" in prefix) return value.S.startsWith(prefix.S);
  if (!("B" in value && "B" in prefix)) return false;
  const start = Buffer.from(prefix.B, "base64");
  return Buffer.from(value.B, "base64").subarray(0, start.length).equals(start);
}

function contains(value: AttributeValue, part: AttributeValue): boolean {
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("L" in value) return value.L.some((element) => areEqual(element, part));
  if ("SS" in value) return "S" in part && value.SS.includes(part.S);
  if ("NS" in value) return "N" in part && value.NS.includes(part.N);
  return "BS" in value && "B" in part && value.BS.includes(part.B);
}
