import { toCanonicalJson } from "../surroundings.ts";
import { elementsOf, typeOf, type AttributeValue } from "./attribute-value.ts";
import { compareDecimals, readDecimal } from "./decimal.ts";

/** Whether two values are the same, sets regardless of their order. */
export function areEqual(left: AttributeValue, right: AttributeValue): boolean {
  if ("S" in left && "S" in right) return left.S === right.S;
  // Numbers are in their plain form.
  if ("N" in left && "N" in right) return left.N === right.N;
  return comparable(left) === comparable(right);
}

/** Negative, zero or positive for two texts, numbers or binary values; undefined for everything else. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if ("S" in left && "S" in right) {
    return Buffer.compare(Buffer.from(left.S, "utf8"), Buffer.from(right.S, "utf8"));
  }
  if ("N" in left && "N" in right)
    return compareDecimals(readDecimal(left.N), readDecimal(right.N));
  if ("B" in left && "B" in right) {
    return Buffer.compare(Buffer.from(left.B, "base64"), Buffer.from(right.B, "base64"));
  }
  return undefined;
}

function comparable(value: AttributeValue): string {
  const elements = elementsOf(value);
  return toCanonicalJson(elements ? { [typeOf(value)]: elements.toSorted() } : value);
}
