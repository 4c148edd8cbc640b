import { elementsOf, type AttributeValue, type Item } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";

const mostItemBytes = 409_600;

/** Bytes an item counts, after the rules in "DynamoDB item sizes and formats". */
export function itemSize(item: Item): number {
  return Object.entries(item).reduce(
    (total, [name, value]) => total + Buffer.byteLength(name, "utf8") + valueSize(value),
    0,
  );
}

/** @throws {AwsError} when the item is larger than 400 KB */
export function checkItemSize(item: Item): void {
  if (itemSize(item) > mostItemBytes) {
    throw validationError("Item size has exceeded the maximum allowed size");
  }
}

function valueSize(value: AttributeValue): number {
  if ("S" in value) return Buffer.byteLength(value.S, "utf8");
  if ("N" in value) return numberSize(value.N);
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("L" in value) return value.L.reduce((total, element) => total + 1 + valueSize(element), 3);
  if ("M" in value) return 3 + Object.keys(value.M).length + itemSize(value.M);
  const elements = elementsOf(value);
  if (!elements) return 1;
  const sizeOf = "NS" in value ? numberSize : textSize;
  return elements.reduce((total, element) => total + sizeOf(element), 0);
}

function textSize(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function numberSize(text: string): number {
  return Math.ceil(text.replace(/[-.]/gu, "").length / 2) + 1;
}
