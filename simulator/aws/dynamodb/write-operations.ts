import type { Operation } from "../aws-json.ts";
import { asText, type JsonReader } from "../json-reader.ts";
import { applyUpdate } from "./apply-update.ts";
import { asItem, type Item } from "./attribute-value.ts";
import { readConditionCheck, readOneOf } from "./conditional-write.ts";
import { checkMembers, validationError } from "./dynamodb-errors.ts";
import { checkItemSize } from "./item-size.ts";
import { pick } from "./projection.ts";
import { readUpdate } from "./read-update.ts";
import { readSubstitutions } from "./substitutions.ts";
import { checkItemKeys, checkKey, keyNames, keyText, type Table } from "./table.ts";
import type { Tables } from "./tables.ts";
import type { UpdateAction } from "./update.ts";

const writeMembers = [
  "TableName",
  "ConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ReturnValues",
  "ReturnValuesOnConditionCheckFailure",
];

type Change = {
  readonly old: Item | undefined;
  readonly new: Item;
  readonly names: ReadonlySet<string>;
};

/** PutItem, UpdateItem and DeleteItem. */
export function createWriteOperations(tables: Tables): Readonly<Record<string, Operation>> {
  return {
    PutItem: (input) => putItem(tables, input),
    UpdateItem: (input) => updateItem(tables, input),
    DeleteItem: (input) => deleteItem(tables, input),
  };
}

function putItem(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, [...writeMembers, "Item"]);
  const table = tables.find(input.required("TableName", asText));
  const item = input.required("Item", asItem);
  const substitutions = readSubstitutions(input);
  const checkCondition = readConditionCheck(input, substitutions);
  const returned = readOneOf(input, "ReturnValues", ["NONE", "ALL_OLD"]);
  substitutions.checkAllUsed();
  checkItemKeys(table, item);
  checkItemSize(item);
  const key = keyText(table, item);
  const old = table.items.get(key);
  checkCondition(old);
  table.items.set(key, item);
  return toAttributes(returned === "ALL_OLD" ? old : undefined);
}

function deleteItem(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, [...writeMembers, "Key"]);
  const table = tables.find(input.required("TableName", asText));
  const key = input.required("Key", asItem);
  const substitutions = readSubstitutions(input);
  const checkCondition = readConditionCheck(input, substitutions);
  const returned = readOneOf(input, "ReturnValues", ["NONE", "ALL_OLD"]);
  substitutions.checkAllUsed();
  checkKey(table, key);
  const old = table.items.get(keyText(table, key));
  checkCondition(old);
  table.items.delete(keyText(table, key));
  return toAttributes(returned === "ALL_OLD" ? old : undefined);
}

function updateItem(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, [...writeMembers, "Key", "UpdateExpression"]);
  const table = tables.find(input.required("TableName", asText));
  const key = input.required("Key", asItem);
  const substitutions = readSubstitutions(input);
  const text = input.optional("UpdateExpression", asText);
  const actions = text === undefined ? [] : readUpdate(text, substitutions);
  const checkCondition = readConditionCheck(input, substitutions);
  const returned = readReturnValues(input);
  substitutions.checkAllUsed();
  checkKey(table, key);
  checkKeyUntouched(table, actions);
  const old = table.items.get(keyText(table, key));
  checkCondition(old);
  const item = applyUpdate(old ?? key, actions);
  checkItemKeys(table, item);
  checkItemSize(item);
  table.items.set(keyText(table, key), item);
  const names = new Set(actions.map(({ name }) => name));
  return toAttributes(select(returned, { old, new: item, names }));
}

function readReturnValues(input: JsonReader) {
  return readOneOf(input, "ReturnValues", [
    "NONE",
    "ALL_OLD",
    "ALL_NEW",
    "UPDATED_OLD",
    "UPDATED_NEW",
  ]);
}

function checkKeyUntouched(table: Table, actions: readonly UpdateAction[]): void {
  const touched = actions.find(({ name }) => keyNames(table.key).includes(name));
  if (!touched) return;
  throw validationError(
    `One or more parameter values were invalid: Cannot update attribute ${touched.name}. This attribute is part of the key`,
  );
}

function select(returned: ReturnType<typeof readReturnValues>, change: Change): Item | undefined {
  switch (returned) {
    case "NONE":
      return undefined;
    case "ALL_OLD":
      return change.old;
    case "ALL_NEW":
      return change.new;
    case "UPDATED_OLD":
      return change.old && pick(change.old, change.names);
    case "UPDATED_NEW":
      return pick(change.new, change.names);
  }
}

function toAttributes(item: Item | undefined): Readonly<Record<string, unknown>> {
  return item && Object.keys(item).length > 0 ? { Attributes: item } : {};
}
