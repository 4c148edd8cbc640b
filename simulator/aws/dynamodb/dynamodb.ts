import { nullMember } from "../aws-error.ts";
import type { AwsJsonService } from "../aws-json.ts";
import type { AwsSurroundings } from "../surroundings.ts";
import type { AttributeType, Item } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";
import { createReadOperations } from "./read-operations.ts";
import { type KeySchema, keyText, type SecondaryIndex } from "./table.ts";
import { createTableOperations } from "./table-operations.ts";
import { createTables } from "./tables.ts";
import { createWriteOperations } from "./write-operations.ts";

/** A table made in code. */
export type DynamoDbTableOptions = {
  readonly name: string;
  readonly key: KeySchema;
  /** Of every key attribute, those of the indexes included. */
  readonly attributeTypes: Readonly<Record<string, Extract<AttributeType, "S" | "N" | "B">>>;
  readonly indexes?: readonly SecondaryIndex[];
};

/** Simulated DynamoDB. */
export type DynamoDb = {
  readonly service: AwsJsonService;
  /** Creates a table without going over the wire. */
  readonly createTable: (options: DynamoDbTableOptions) => void;
  /** One item by its primary key, as it stands. */
  readonly item: (tableName: string, key: Item) => Item | undefined;
  /** The items of a table, in no order. */
  readonly items: (tableName: string) => IterableIterator<Item>;
  /** Drops items of a table as its time to live would, only sooner. */
  readonly forget: (tableName: string, isGone: (item: Item) => boolean) => void;
};

/** DynamoDB of one account and region, without tables at first. */
export function createDynamoDb(surroundings: AwsSurroundings): DynamoDb {
  const tables = createTables(surroundings);
  return {
    service: {
      targetPrefix: "DynamoDB_20120810",
      jsonVersion: "1.0",
      errorNamespace: "com.amazonaws.dynamodb.v20120810#",
      sendsChecksum: true,
      missing: (path) => validationError(nullMember(path)),
      operations: {
        ...createTableOperations(tables),
        ...createReadOperations(tables),
        ...createWriteOperations(tables),
      },
    },
    createTable: ({ attributeTypes, indexes = [], ...options }) => {
      tables.create({
        ...options,
        attributeTypes: new Map(Object.entries(attributeTypes)),
        indexes,
      });
    },
    item: (tableName, key) => {
      const table = tables.find(tableName);
      return table.items.get(keyText(table, key));
    },
    items: (tableName) => tables.find(tableName).items.values(),
    forget: (tableName, isGone) => {
      const { items } = tables.find(tableName);
      for (const [key, item] of items) if (isGone(item)) items.delete(key);
    },
  };
}
