import type { Operation } from "../aws-json.ts";
import { asBoolean, asObject, asText, listOf, mapOf, type JsonReader } from "../json-reader.ts";
import { asItem } from "./attribute-value.ts";
import { checkMembers, validationError } from "./dynamodb-errors.ts";
import { toKeyTest } from "./key-condition.ts";
import { readFilter, toPage } from "./page.ts";
import { pick, readProjection, type Projection } from "./projection.ts";
import { readCondition } from "./read-condition.ts";
import { readSubstitutions } from "./substitutions.ts";
import { checkKey, keyNames, keyText, type SecondaryIndex, type Table } from "./table.ts";
import type { Tables } from "./tables.ts";

const getMembers = ["ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"];
const pageMembers = [
  ...getMembers,
  "TableName",
  "IndexName",
  "FilterExpression",
  "ExpressionAttributeValues",
  "Limit",
  "ExclusiveStartKey",
  "Select",
];
const mostItems = 100;

/** GetItem, BatchGetItem, Query and Scan; every read sees every write, as with ConsistentRead. */
export function createReadOperations(tables: Tables): Readonly<Record<string, Operation>> {
  return {
    GetItem: (input) => getItem(tables, input),
    BatchGetItem: (input) => batchGetItem(tables, input),
    Query: (input) => query(tables, input),
    Scan: (input) => scan(tables, input),
  };
}

function getItem(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, [...getMembers, "TableName", "Key"]);
  const table = tables.find(input.required("TableName", asText));
  const key = input.required("Key", asItem);
  const substitutions = readSubstitutions(input);
  const project = readProjection(input, substitutions);
  substitutions.checkAllUsed();
  checkKey(table, key);
  const item = table.items.get(keyText(table, key));
  return item ? { Item: project(item) } : {};
}

function batchGetItem(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, ["RequestItems"]);
  const requests = [...input.required("RequestItems", mapOf(asObject))];
  const total = requests.reduce(
    (count, [, request]) => count + request.required("Keys", listOf(asItem)).length,
    0,
  );
  if (total === 0 || total > mostItems) {
    throw validationError(
      `Too many items requested for the BatchGetItem call; 1 to ${mostItems} are allowed, got ${total}`,
    );
  }
  const Responses: Record<string, unknown> = {};
  for (const [name, request] of requests) Responses[name] = getItems(tables.find(name), request);
  return { Responses, UnprocessedKeys: {} };
}

function getItems(table: Table, request: JsonReader): unknown {
  checkMembers(request, [...getMembers, "Keys"]);
  const substitutions = readSubstitutions(request);
  const project = readProjection(request, substitutions);
  substitutions.checkAllUsed();
  const keys = request.required("Keys", listOf(asItem));
  for (const key of keys) checkKey(table, key);
  const texts = new Set(keys.map((key) => keyText(table, key)));
  if (texts.size < keys.length) {
    throw validationError("Provided list of item keys contains duplicates");
  }
  return [...texts].flatMap((text) => {
    const item = table.items.get(text);
    return item ? [project(item)] : [];
  });
}

function query(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, [...pageMembers, "KeyConditionExpression", "ScanIndexForward"]);
  const table = tables.find(input.required("TableName", asText));
  const index = readIndex(table, input);
  const key = index?.key ?? table.key;
  const text = input.optional("KeyConditionExpression", asText);
  if (text === undefined) {
    throw validationError(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  }
  const substitutions = readSubstitutions(input);
  const condition = readCondition(text, "KeyConditionExpression", substitutions);
  const filter = readFilter(input, substitutions);
  const projection = readShown(table, index, readProjection(input, substitutions));
  substitutions.checkAllUsed();
  const isWanted = toKeyTest(condition, key, table);
  const matching = [...table.items.values()].filter((item) => isWanted(item));
  const forward = input.optional("ScanIndexForward", asBoolean) ?? true;
  return toPage({ table, key, matching, forward }, input, { filter, projection });
}

function scan(tables: Tables, input: JsonReader): unknown {
  checkMembers(input, pageMembers);
  const table = tables.find(input.required("TableName", asText));
  const index = readIndex(table, input);
  const key = index?.key ?? table.key;
  const substitutions = readSubstitutions(input);
  const filter = readFilter(input, substitutions);
  const projection = readShown(table, index, readProjection(input, substitutions));
  substitutions.checkAllUsed();
  const names = keyNames(key);
  const matching = [...table.items.values()].filter((item) =>
    names.every((name) => item[name] !== undefined),
  );
  return toPage({ table, key, matching, forward: true }, input, { filter, projection });
}

function readIndex(table: Table, input: JsonReader): SecondaryIndex | undefined {
  const name = input.optional("IndexName", asText);
  if (name === undefined) return undefined;
  const index = table.indexes.find((known) => known.name === name);
  if (!index) throw validationError(`The table does not have the specified index: ${name}`);
  if (input.optional("ConsistentRead", asBoolean)) {
    throw validationError("Consistent reads are not supported on global secondary indexes");
  }
  return index;
}

/** What an index holds of an item, then what the reader asked for of that. */
function readShown(
  table: Table,
  index: SecondaryIndex | undefined,
  projection: Projection,
): Projection {
  if (!index || index.projection === "ALL") return projection;
  const names = new Set([
    ...keyNames(table.key),
    ...keyNames(index.key),
    ...(index.projection === "INCLUDE" ? index.nonKeyAttributes : []),
  ]);
  return (item) => projection(pick(item, names));
}
