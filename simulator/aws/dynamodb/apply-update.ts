import { elementsOf, typeOf, type AttributeValue, type Item } from "./attribute-value.ts";
import { addDecimals, formatDecimal, negate, readDecimal } from "./decimal.ts";
import { validationError } from "./dynamodb-errors.ts";
import { valueAt } from "./path.ts";
import type { UpdateAction, UpdateOperand } from "./update.ts";

/** The item after an update. @throws {AwsError} when an operand is absent or of the wrong type */
export function applyUpdate(item: Item, actions: readonly UpdateAction[]): Item {
  const updated = new Map(Object.entries(item));
  for (const action of actions) {
    const value = newValue(item, action);
    if (value) updated.set(action.name, value);
    else updated.delete(action.name);
  }
  return Object.fromEntries(updated);
}

function newValue(item: Item, action: UpdateAction): AttributeValue | undefined {
  const current = valueAt(item, [action.name]);
  switch (action.kind) {
    case "SET":
      return evaluate(action.operand, item);
    case "REMOVE":
      return undefined;
    case "ADD":
      return addTo(current, action.value);
    case "DELETE":
      return current && deleteFrom(current, action.value);
  }
}

function evaluate(operand: UpdateOperand, item: Item): AttributeValue {
  switch (operand.kind) {
    case "value":
      return operand.value;
    case "path": {
      const value = valueAt(item, operand.path);
      if (value) return value;
      throw validationError(
        "The provided expression refers to an attribute that does not exist in the item",
      );
    }
    case "if_not_exists":
      return valueAt(item, operand.path) ?? evaluate(operand.fallback, item);
    case "sum":
      return sum(evaluate(operand.left, item), evaluate(operand.right, item), operand.sign);
  }
}

function sum(left: AttributeValue, right: AttributeValue, sign: "+" | "-"): AttributeValue {
  if (!("N" in left && "N" in right)) throw wrongType();
  const summand = readDecimal(right.N);
  return {
    N: formatDecimal(addDecimals(readDecimal(left.N), sign === "+" ? summand : negate(summand))),
  };
}

function addTo(current: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if ("N" in value) return sum(current ?? { N: "0" }, value, "+");
  const added = elementsOf(value);
  if (!added || (current && typeOf(current) !== typeOf(value))) throw wrongType();
  return toSet(value, new Set([...((current && elementsOf(current)) ?? []), ...added]));
}

function deleteFrom(current: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const removed = elementsOf(value);
  if (!removed || typeOf(current) !== typeOf(value)) throw wrongType();
  const left = (elementsOf(current) ?? []).filter((element) => !removed.includes(element));
  // DynamoDB has no empty sets: the attribute goes with its last element.
  return left.length === 0 ? undefined : toSet(value, new Set(left));
}

function toSet(like: AttributeValue, elements: ReadonlySet<string>): AttributeValue {
  if ("SS" in like) return { SS: [...elements] };
  return "NS" in like ? { NS: [...elements] } : { BS: [...elements] };
}

function wrongType(): Error {
  return validationError("An operand in the update expression has an incorrect data type");
}
