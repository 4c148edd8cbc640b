import {
  BatchGetItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  ListTablesCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { createSimulatedAws, rejection } from "../../support/simulated-aws.ts";
import { ByWake, createSimulatedTable, TableName } from "../../support/simulated-table.ts";

describe("CreateTable", () => {
  it("makes a table that is described with its indexes and listed", async () => {
    const { dynamoDb } = createSimulatedAws();
    const create = new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    });
    await dynamoDb.send(create);
    expect(await rejection(dynamoDb.send(create))).toMatchObject({
      name: "ResourceInUseException",
    });
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableStatus: "ACTIVE", ItemCount: 0 });
    expect(await dynamoDb.send(new ListTablesCommand({}))).toMatchObject({
      TableNames: [TableName],
    });
  });

  it("remembers the time-to-live attribute", async () => {
    const { dynamoDb } = createSimulatedTable();
    const TimeToLiveSpecification = { AttributeName: "expiresAt", Enabled: true };
    await dynamoDb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const described = await dynamoDb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(described.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "expiresAt",
    });
  });
});

describe("PutItem and GetItem", () => {
  it("give back every type", async () => {
    const { put, get, Key } = createSimulatedTable();
    const item = {
      text: { S: "grüße" },
      number: { N: "12.5" },
      bytes: { B: Uint8Array.of(1, 2) },
      flag: { BOOL: true },
      nothing: { NULL: true as const },
      texts: { SS: ["a", "b"] },
      list: { L: [{ S: "x" }, { N: "1" }] },
      map: { M: { inner: { S: "y" } } },
    };
    await put(item);
    expect(await get()).toEqual({ ...Key, ...item });
  });

  it.each([
    ["1.50", "1.5"],
    ["1e3", "1000"],
    ["-0.0", "0"],
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
  ])("keep the number %s as %s", async (given, kept) => {
    const { put, get } = createSimulatedTable();
    await put({ number: { N: given } });
    expect((await get())?.["number"]).toEqual({ N: kept });
  });

  it.each<[string, Record<string, AttributeValue>, RegExp]>([
    ["a number that is none", { n: { N: "x" } }, /cannot be converted to a numeric value/u],
    ["39 digits", { n: { N: "1".repeat(39) } }, /38 significant digits/u],
    ["an empty set", { s: { SS: [] } }, /may not be empty/u],
    ["a set with duplicates", { s: { SS: ["a", "a"] } }, /duplicates/u],
    ["an empty key", { pk: { S: "" } }, /cannot contain an empty string value. Key: pk/u],
    ["a key of the wrong type", { pk: { N: "1" } }, /Type mismatch for key pk/u],
    ["an index key of the wrong type", { wakeAt: { S: "1" } }, /Type mismatch for Index Key/u],
    ["more than 400 KB", { s: { S: "x".repeat(409_600) } }, /Item size has exceeded/u],
  ])("refuse %s", async (_case, item, message) => {
    const error = await rejection(createSimulatedTable().put(item));
    expect(error).toMatchObject({ name: "ValidationException" });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });

  it("refuse an incomplete key and an unknown table", async () => {
    const { dynamoDb } = createSimulatedTable();
    const partial = new GetItemCommand({ TableName, Key: { pk: { S: "a" } } });
    expect(await rejection(dynamoDb.send(partial))).toMatchObject({
      message: "The provided key element does not match the schema",
    });
    const unknown = new GetItemCommand({ TableName: "none", Key: { pk: { S: "a" } } });
    expect(await rejection(dynamoDb.send(unknown))).toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("DeleteItem", () => {
  it("deletes under a condition and gives back what was there", async () => {
    const { dynamoDb, put, get, Key } = createSimulatedTable();
    await put({ word: { S: "x" } });
    const remove = new DeleteItemCommand({
      TableName,
      Key,
      ConditionExpression: "attribute_exists(pk)",
      ReturnValues: "ALL_OLD",
    });
    expect((await dynamoDb.send(remove)).Attributes).toEqual({ ...Key, word: { S: "x" } });
    expect(await get()).toBeUndefined();
    expect(await rejection(dynamoDb.send(remove))).toMatchObject({
      name: "ConditionalCheckFailedException",
    });
  });
});

async function withItems() {
  const simulated = createSimulatedTable();
  for (const sk of [10, 2, 33, 4]) {
    const open = sk === 4 ? {} : { slot: { S: "open" }, wakeAt: { N: String(100 - sk) } };
    await simulated.put({ sk: { N: String(sk) }, note: { S: `n${sk}` }, ...open });
  }
  return simulated;
}
function numbers(items: Record<string, AttributeValue>[] | undefined) {
  return items?.map(({ sk }) => sk?.N);
}

describe("Query", () => {
  it.each([
    ["pk = :a", {}, ["2", "4", "10", "33"]],
    ["pk = :a AND sk <= :n", { ":n": { N: "10" } }, ["2", "4", "10"]],
    ["pk = :a AND sk > :n", { ":n": { N: "4" } }, ["10", "33"]],
    ["pk = :a AND sk BETWEEN :n AND :m", { ":n": { N: "3" }, ":m": { N: "10" } }, ["4", "10"]],
    ["pk = :a AND sk = :n", { ":n": { N: "33" } }, ["33"]],
  ])("%s", async (KeyConditionExpression, values, expected) => {
    const { query } = await withItems();
    const ExpressionAttributeValues = { ":a": { S: "a" }, ...values };
    const { Items } = await query({ KeyConditionExpression, ExpressionAttributeValues });
    expect(numbers(Items)).toEqual(expected);
  });

  it("reads a sparse index in its order, backwards too, with what the index holds", async () => {
    const { query } = await withItems();
    const input = {
      IndexName: ByWake,
      KeyConditionExpression: "slot = :s AND wakeAt <= :now",
      ExpressionAttributeValues: { ":s": { S: "open" }, ":now": { N: "95" } },
    };
    const { Items } = await query(input);
    expect(Items).toEqual(
      [33, 10].map((sk) => ({
        pk: { S: "a" },
        sk: { N: String(sk) },
        slot: { S: "open" },
        wakeAt: { N: String(100 - sk) },
      })),
    );
    const backwards = await query({ ...input, ScanIndexForward: false });
    expect(numbers(backwards.Items)).toEqual(["10", "33"]);
    expect(await rejection(query({ ...input, ConsistentRead: true }))).toMatchObject({
      message: "Consistent reads are not supported on global secondary indexes",
    });
  });

  it("limits before it filters and goes on from the last key", async () => {
    const { query } = await withItems();
    const input = {
      KeyConditionExpression: "pk = :a",
      FilterExpression: "attribute_not_exists(slot)",
      ExpressionAttributeValues: { ":a": { S: "a" } },
      Limit: 2,
    };
    const first = await query(input);
    expect(first).toMatchObject({ Count: 1, ScannedCount: 2 });
    expect(first.LastEvaluatedKey).toEqual({ pk: { S: "a" }, sk: { N: "4" } });
    const second = await query({ ...input, ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second).toMatchObject({ Count: 0, ScannedCount: 2 });
    const third = await query({ ...input, ExclusiveStartKey: second.LastEvaluatedKey });
    expect(third).toMatchObject({ Count: 0, ScannedCount: 0 });
    expect(third.LastEvaluatedKey).toBeUndefined();
  });

  it.each([
    ["sk = :n", /missed key schema element: pk/u],
    ["pk < :a AND sk = :n", /not supported/u],
    ["pk = :a OR sk = :n", /missed key schema element/u],
    ["pk = :n AND sk = :a", /type does not match schema type/u],
  ])("refuses %s", async (KeyConditionExpression, message) => {
    const { query } = createSimulatedTable();
    const all: Record<string, AttributeValue> = { ":a": { S: "a" }, ":n": { N: "1" } };
    const used = Object.entries(all).filter(([name]) => KeyConditionExpression.includes(name));
    const ExpressionAttributeValues = Object.fromEntries(used);
    const error = await rejection(query({ KeyConditionExpression, ExpressionAttributeValues }));
    expect(error).toHaveProperty("message", expect.stringMatching(message));
  });
});

describe("Scan", () => {
  it("filters and projects", async () => {
    const { dynamoDb, put } = createSimulatedTable();
    await put({ note: { S: "x" }, other: { S: "y" } });
    await put({ sk: { N: "2" } });
    const { Items, ScannedCount } = await dynamoDb.send(
      new ScanCommand({
        TableName,
        FilterExpression: "attribute_exists(note)",
        ProjectionExpression: "note",
      }),
    );
    expect(Items).toEqual([{ note: { S: "x" } }]);
    expect(ScannedCount).toBe(2);
  });
});

describe("BatchGetItem", () => {
  it("gives the items that are there and refuses duplicates", async () => {
    const { dynamoDb, put, Key } = createSimulatedTable();
    await put({});
    const get = async (Keys: Record<string, AttributeValue>[]) =>
      dynamoDb.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
    const { Responses } = await get([Key, { ...Key, sk: { N: "2" } }]);
    expect(Responses).toEqual({ [TableName]: [Key] });
    expect(await rejection(get([Key, Key]))).toMatchObject({
      message: "Provided list of item keys contains duplicates",
    });
  });
});
