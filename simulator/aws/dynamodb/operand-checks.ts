import { typeOf, type AttributeType, type AttributeValue } from "./attribute-value.ts";
import { compareValues } from "./compare-values.ts";
import type { Condition, Operand } from "./condition.ts";
import { validationError } from "./dynamodb-errors.ts";

type Comparison = Extract<Condition, { kind: "compare" }>;

const typeNames: Readonly<Record<AttributeType, string>> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
  L: "LIST",
  M: "MAP",
};

/** @throws {AwsError} when an attribute is compared with itself */
export function checkDistinct(expression: string, comparison: Comparison): void {
  const { comparator, left, right } = comparison;
  if (left.kind !== "path" || right.kind !== "path") return;
  if (left.path.join(".") !== right.path.join(".")) return;
  throw validationError(
    `Invalid ${expression}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${comparator}, first operand: [${left.path.join(".")}]`,
  );
}

/** @throws {AwsError} when both bounds are given and the wrong way round */
export function checkBounds(expression: string, low: Operand, high: Operand): void {
  if (low.kind !== "value" || high.kind !== "value") return;
  if ((compareValues(low.value, high.value) ?? 0) <= 0) return;
  throw validationError(
    `Invalid ${expression}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound`,
  );
}

/** @throws {AwsError} when a given value has none of the types the operator or function takes */
export function checkGivenType(
  value: AttributeValue,
  use: {
    readonly expression: string;
    readonly operator: string;
    readonly allowed: readonly AttributeType[];
  },
): void {
  if (use.allowed.includes(typeOf(value))) return;
  throw validationError(
    `Invalid ${use.expression}: Incorrect operand type for operator or function; operator or function: ${use.operator}, operand type: ${typeOf(value)}`,
  );
}

/** @throws {AwsError} when ADD or DELETE is given a value it cannot add or delete */
export function checkUpdateValue(clause: "ADD" | "DELETE", value: AttributeValue): void {
  const sets: readonly AttributeType[] = ["SS", "NS", "BS"];
  if (sets.includes(typeOf(value)) || (clause === "ADD" && "N" in value)) return;
  throw validationError(
    `Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${clause}, operand type: ${typeNames[typeOf(value)]}`,
  );
}
