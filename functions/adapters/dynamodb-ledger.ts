import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";

import { decodeItem } from "../core/ledger-codec.ts";
import type { Ledger, LedgerItem, Stored } from "../core/ledger.ts";
import { createAwsClient } from "./aws-client.ts";
import { ledgerTable } from "./ledger-table.ts";
import type { Surroundings } from "./surroundings.ts";

const { key, version, body, expiry, wakeShard, wakeAt, wakeIndex, wakeShards } = ledgerTable;

type Row = Record<string, AttributeValue>;

/** The ledger in one DynamoDB table: consistent reads, and puts on the condition of the version. */
export function createDynamoDbLedger(surroundings: Surroundings, table: string): Ledger {
  const client = createAwsClient(DynamoDBClient, surroundings);
  return {
    read: async (id) => {
      const { Item: row } = await client.send(
        new GetItemCommand({
          TableName: table,
          Key: { [key]: { S: id } },
          ConsistentRead: true,
        }),
      );
      return row === undefined ? { version: 0 } : toStored(row, surroundings.now());
    },
    write: async (item, expected) => write(client, { table, item, expected }),
    due: async (now, limit) => {
      const shards = Array.from({ length: wakeShards }, (_, shard) => String(shard));
      const found = await Promise.all(
        shards.map(async (shard) => queryDue(client, { table, shard, now, limit })),
      );
      return readRows(found.flat(), surroundings)
        .toSorted((one, other) => (one.wakeAt ?? 0) - (other.wakeAt ?? 0))
        .slice(0, limit);
    },
  };
}

async function write(
  client: DynamoDBClient,
  { table, item, expected }: { table: string; item: LedgerItem; expected: number },
): Promise<boolean> {
  const row = toRow(item, expected + 1);
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: row,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        ...onVersion(expected),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return isOwn(error.Item, row);
    throw error;
  }
}

function onVersion(expected: number) {
  if (expected === 0) {
    return {
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": key },
    };
  }
  return {
    ConditionExpression: "#version = :expected",
    ExpressionAttributeNames: { "#version": version },
    ExpressionAttributeValues: { ":expected": { N: String(expected) } },
  };
}

// The SDK repeats a write whose answer was lost, and the repetition then loses against the first try.
function isOwn(found: Row | undefined, written: Row): boolean {
  return found?.[version]?.N === written[version]?.N && found?.[body]?.S === written[body]?.S;
}

function toRow(item: LedgerItem, newVersion: number): Row {
  return {
    [key]: { S: item.id },
    [version]: { N: String(newVersion) },
    [body]: { S: JSON.stringify(item) },
    // DynamoDB's TTL counts in seconds, and deletes up to days later.
    [expiry]: { N: String(Math.ceil(item.expiresAt / 1_000)) },
    ...(item.wakeAt === undefined
      ? {}
      : { [wakeShard]: { S: shardOf(item.id) }, [wakeAt]: { N: String(item.wakeAt) } }),
  };
}

// Spreads what is due over a few partitions, the same one for an item every time.
function shardOf(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return String(sum % wakeShards);
}

function toStored(row: Row, now: number): Stored {
  const stored = { version: Number(row[version]?.N ?? 0) };
  const item = decodeItem(row[body]?.S ?? "");
  return item.expiresAt <= now ? stored : { ...stored, item };
}

async function queryDue(
  client: DynamoDBClient,
  { table, shard, now, limit }: { table: string; shard: string; now: number; limit: number },
): Promise<readonly Row[]> {
  const { Items: rows = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: wakeIndex,
      KeyConditionExpression: "#shard = :shard AND #wakeAt <= :now",
      ExpressionAttributeNames: { "#shard": wakeShard, "#wakeAt": wakeAt },
      ExpressionAttributeValues: { ":shard": { S: shard }, ":now": { N: String(now) } },
      Limit: limit,
    }),
  );
  return rows;
}

// One that nobody can read, as a newer version wrote it, must not keep the others from being woken.
function readRows(rows: readonly Row[], { now, log }: Surroundings): readonly LedgerItem[] {
  return rows.flatMap((row) => {
    try {
      return toStored(row, now()).item ?? [];
    } catch (error) {
      log.error("item not read", { itemId: row[key]?.S, error });
      return [];
    }
  });
}
