import { typeOf, type AttributeType, type Item } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";

/** Names of the key attributes of a table or an index. */
export type KeySchema = { readonly hash: string; readonly range?: string };

/** A global secondary index; items without its key attributes are not in it. */
export type SecondaryIndex = {
  readonly name: string;
  readonly key: KeySchema;
  readonly projection: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly nonKeyAttributes: readonly string[];
};

/** One table. */
export type Table = {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly key: KeySchema;
  /** Types of all key attributes, those of the indexes included. */
  readonly attributeTypes: ReadonlyMap<string, AttributeType>;
  readonly indexes: readonly SecondaryIndex[];
  /** By the text of the primary key. */
  readonly items: Map<string, Item>;
  /** Kept and described; expired items stay, as they may for days at AWS. */
  timeToLiveAttribute?: string;
};

/** The attribute names of a key. */
export function keyNames({ hash, range }: KeySchema): readonly string[] {
  return range === undefined ? [hash] : [hash, range];
}

/** The part of an item that is its key. */
export function keyOf(schema: KeySchema, item: Item): Item {
  return Object.fromEntries(
    keyNames(schema).flatMap((name) => {
      const value = item[name];
      return value ? [[name, value]] : [];
    }),
  );
}

/** The text an item is stored under. */
export function keyText(table: Table, item: Item): string {
  // Values travel in one form only, so equal keys have equal texts.
  return keyNames(table.key)
    .map((name) => JSON.stringify(item[name]))
    .join();
}

/** @throws {AwsError} unless `key` is exactly a primary key of the table */
export function checkKey(table: Table, key: Item): void {
  const names = keyNames(table.key);
  const isComplete = names.every((name) => {
    const value = key[name];
    return value && typeOf(value) === table.attributeTypes.get(name);
  });
  if (!isComplete || Object.keys(key).length !== names.length) {
    throw validationError("The provided key element does not match the schema");
  }
  checkNotEmpty(table, key);
}

/** @throws {AwsError} when key attributes of table or indexes are absent, empty or of the wrong type */
export function checkItemKeys(table: Table, item: Item): void {
  for (const name of keyNames(table.key)) {
    if (item[name] === undefined) throw invalid(`Missing the key ${name} in the item`);
    const mismatch = mismatchOf(table, item, name);
    if (mismatch !== undefined) throw invalid(`Type mismatch for key ${mismatch}`);
  }
  checkNotEmpty(table, item);
  for (const index of table.indexes) {
    for (const name of keyNames(index.key)) {
      const mismatch = mismatchOf(table, item, name);
      if (mismatch === undefined) continue;
      throw invalid(`Type mismatch for Index Key ${mismatch} IndexName: ${index.name}`);
    }
  }
}

function mismatchOf(table: Table, item: Item, name: string): string | undefined {
  const value = item[name];
  const expected = table.attributeTypes.get(name) ?? "";
  if (!value || typeOf(value) === expected) return undefined;
  return `${name} Expected: ${expected} Actual: ${typeOf(value)}`;
}

function checkNotEmpty(table: Table, item: Item): void {
  for (const name of keyNames(table.key)) {
    const value = item[name];
    if (!value || !("S" in value) || value.S !== "") continue;
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
    );
  }
}

function invalid(message: string): Error {
  return validationError(`One or more parameter values were invalid: ${message}`);
}
