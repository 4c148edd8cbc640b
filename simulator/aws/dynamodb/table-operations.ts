import type { Operation } from "../aws-json.ts";
import { asBoolean, asInteger, asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { toEpochSeconds } from "../surroundings.ts";
import type { AttributeType } from "./attribute-value.ts";
import { checkMembers, notModelled, validationError } from "./dynamodb-errors.ts";
import type { KeySchema, SecondaryIndex, Table } from "./table.ts";
import type { TableOptions, Tables } from "./tables.ts";

const createMembers = [
  "TableName",
  "AttributeDefinitions",
  "KeySchema",
  "GlobalSecondaryIndexes",
  "BillingMode",
  "ProvisionedThroughput",
  "DeletionProtectionEnabled",
  "SSESpecification",
  "TableClass",
  "Tags",
];
const mostListed = 100;

/** The operations on tables themselves. */
export function createTableOperations(tables: Tables): Readonly<Record<string, Operation>> {
  const named = (input: JsonReader) => tables.find(input.required("TableName", asText));
  return {
    CreateTable: (input) => {
      checkMembers(input, createMembers);
      return { TableDescription: toWire(tables.create(readTable(input)), "CREATING") };
    },
    DescribeTable: (input) => ({ Table: toWire(named(input), "ACTIVE") }),
    ListTables: (input) => listTables(tables, input),
    UpdateTimeToLive: (input) => updateTimeToLive(named(input), input),
    DescribeTimeToLive: (input) => {
      const { timeToLiveAttribute } = named(input);
      const TimeToLiveDescription =
        timeToLiveAttribute === undefined
          ? { TimeToLiveStatus: "DISABLED" }
          : { TimeToLiveStatus: "ENABLED", AttributeName: timeToLiveAttribute };
      return { TimeToLiveDescription };
    },
  };
}

function readTable(input: JsonReader): TableOptions {
  const definitions = input.required("AttributeDefinitions", listOf(asObject));
  return {
    name: input.required("TableName", asText),
    key: readKeySchema(input),
    attributeTypes: new Map(definitions.map((definition) => readDefinition(definition))),
    indexes: (input.optional("GlobalSecondaryIndexes", listOf(asObject)) ?? []).map(readIndex),
  };
}

function readKeySchema(input: JsonReader): KeySchema {
  const elements = input.required("KeySchema", listOf(asObject));
  const named = (type: string) =>
    elements
      .find((element) => element.required("KeyType", asText) === type)
      ?.required("AttributeName", asText);
  const hash = named("HASH");
  const range = named("RANGE");
  if (hash === undefined) {
    throw validationError("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  return range === undefined ? { hash } : { hash, range };
}

function readDefinition(definition: JsonReader): readonly [string, AttributeType] {
  const text = definition.required("AttributeType", asText);
  const type = (["S", "N", "B"] as const).find((known) => known === text);
  if (!type) throw validationError(`AttributeType must be S, N or B, not ${text}`);
  return [definition.required("AttributeName", asText), type];
}

function readIndex(index: JsonReader): SecondaryIndex {
  const projection = index.required("Projection", asObject);
  const text = projection.optional("ProjectionType", asText) ?? "ALL";
  const type = (["ALL", "KEYS_ONLY", "INCLUDE"] as const).find((known) => known === text);
  if (!type) throw validationError(`Unknown ProjectionType: ${text}`);
  return {
    name: index.required("IndexName", asText),
    key: readKeySchema(index),
    projection: type,
    nonKeyAttributes: projection.optional("NonKeyAttributes", listOf(asText)) ?? [],
  };
}

function listTables(tables: Tables, input: JsonReader): unknown {
  const after = input.optional("ExclusiveStartTableName", asText) ?? "";
  const limit = input.optional("Limit", asInteger) ?? mostListed;
  const names = tables.names().filter((name) => name > after);
  const page = names.slice(0, limit);
  return {
    TableNames: page,
    ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }),
  };
}

function updateTimeToLive(table: Table, input: JsonReader): unknown {
  const specification = input.required("TimeToLiveSpecification", asObject);
  const name = specification.required("AttributeName", asText);
  if (!specification.required("Enabled", asBoolean)) {
    throw notModelled("switching TimeToLive off");
  }
  if (table.timeToLiveAttribute !== undefined) {
    throw validationError("TimeToLive is already enabled");
  }
  table.timeToLiveAttribute = name;
  return { TimeToLiveSpecification: { AttributeName: name, Enabled: true } };
}

function toWire(table: Table, status: "CREATING" | "ACTIVE"): unknown {
  return {
    TableName: table.name,
    TableArn: table.arn,
    TableStatus: status,
    CreationDateTime: toEpochSeconds(table.createdAt),
    ItemCount: table.items.size,
    TableSizeBytes: 0,
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    AttributeDefinitions: [...table.attributeTypes].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: toWireKey(table.key),
    ...(table.indexes.length > 0 && {
      GlobalSecondaryIndexes: table.indexes.map((index) => toWireIndex(table, index, status)),
    }),
  };
}

function toWireIndex(table: Table, index: SecondaryIndex, status: string): unknown {
  return {
    IndexName: index.name,
    IndexArn: `${table.arn}/index/${index.name}`,
    IndexStatus: status,
    KeySchema: toWireKey(index.key),
    Projection: {
      ProjectionType: index.projection,
      ...(index.projection === "INCLUDE" && { NonKeyAttributes: index.nonKeyAttributes }),
    },
  };
}

function toWireKey({ hash, range }: KeySchema): unknown {
  const first = { AttributeName: hash, KeyType: "HASH" };
  return range === undefined ? [first] : [first, { AttributeName: range, KeyType: "RANGE" }];
}
