import { asBoolean, asObject, asText, listOf, mapOf, type Decode } from "../json-reader.ts";
import { formatDecimal, readDecimal } from "./decimal.ts";
import { validationError } from "./dynamodb-errors.ts";

/** A value of an item, as it travels. Numbers are in their plain form, binary values in base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Item };

/** An item, or a map inside one. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The name of a value's type, e.g. `S`. */
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "SS" | "NS" | "BS" | "L" | "M";

const asNumberText: Decode<string> = (value, path) =>
  formatDecimal(readDecimal(asText(value, path)));

const decoders: Readonly<Record<AttributeType, Decode<AttributeValue>>> = {
  S: (value, path) => ({ S: asText(value, path) }),
  N: (value, path) => ({ N: asNumberText(value, path) }),
  B: (value, path) => ({ B: asText(value, path) }),
  BOOL: (value, path) => ({ BOOL: asBoolean(value, path) }),
  NULL: (value, path) => {
    if (asBoolean(value, path)) return { NULL: true };
    throw validationError(
      "One or more parameter values were invalid: Null attribute value types must have the value of true",
    );
  },
  SS: (value, path) => ({ SS: checkSet("string", listOf(asText)(value, path)) }),
  NS: (value, path) => ({ NS: checkSet("number", listOf(asNumberText)(value, path)) }),
  BS: (value, path) => ({ BS: checkSet("binary", listOf(asText)(value, path)) }),
  L: (value, path) => ({ L: listOf(asAttributeValue)(value, path) }),
  M: (value, path) => ({ M: asItem(value, path) }),
};

/** Decodes one attribute value. @throws {AwsError} unless it has exactly one known type */
export function asAttributeValue(value: unknown, path: string): AttributeValue {
  const { names, raw } = asObject(value, path);
  const [type, ...others] = names;
  if (type === undefined || !isType(type)) {
    throw validationError(
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    );
  }
  if (others.length > 0) {
    throw validationError(
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
    );
  }
  return decoders[type](raw[type], `${path}.${type}`);
}

/** Decodes an item. */
export function asItem(value: unknown, path: string): Item {
  return Object.fromEntries(mapOf(asAttributeValue)(value, path));
}

/** The type of a value. */
export function typeOf(value: AttributeValue): AttributeType {
  const [type] = Object.keys(value);
  return type !== undefined && isType(type) ? type : "NULL";
}

/** The elements of a set; undefined for any other type. */
export function elementsOf(value: AttributeValue): readonly string[] | undefined {
  if ("SS" in value) return value.SS;
  if ("NS" in value) return value.NS;
  return "BS" in value ? value.BS : undefined;
}

function isType(name: string): name is AttributeType {
  return Object.hasOwn(decoders, name);
}

function checkSet(type: string, elements: readonly string[]): readonly string[] {
  if (elements.length === 0) {
    throw validationError(
      `One or more parameter values were invalid: An ${type} set  may not be empty`,
    );
  }
  if (new Set(elements).size < elements.length) {
    throw validationError(
      "One or more parameter values were invalid: Input collection contains duplicates",
    );
  }
  return elements;
}
