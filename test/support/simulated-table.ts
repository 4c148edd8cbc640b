import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type AttributeValue,
  type PutItemCommandInput,
  type QueryCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { createSimulatedAws } from "./simulated-aws.ts";

export const TableName = "ledger";
export const ByWake = "wake";

/** A simulated account with one table that has a sparse index, and short forms of the item operations. */
export function createSimulatedTable() {
  const simulated = createSimulatedAws();
  const { aws, dynamoDb } = simulated;
  aws.dynamoDb.createTable({
    name: TableName,
    key: { hash: "pk", range: "sk" },
    attributeTypes: { pk: "S", sk: "N", slot: "S", wakeAt: "N" },
    indexes: [
      {
        name: ByWake,
        key: { hash: "slot", range: "wakeAt" },
        projection: "KEYS_ONLY",
        nonKeyAttributes: [],
      },
    ],
  });
  const Key = { pk: { S: "a" }, sk: { N: "1" } };
  return {
    ...simulated,
    Key,
    put: async (item: Record<string, AttributeValue>, input: Partial<PutItemCommandInput> = {}) =>
      dynamoDb.send(new PutItemCommand({ TableName, Item: { ...Key, ...item }, ...input })),
    get: async () => (await dynamoDb.send(new GetItemCommand({ TableName, Key }))).Item,
    update: async (input: Partial<UpdateItemCommandInput>) =>
      dynamoDb.send(new UpdateItemCommand({ TableName, Key, ReturnValues: "ALL_NEW", ...input })),
    query: async (input: Partial<QueryCommandInput>) =>
      dynamoDb.send(new QueryCommand({ TableName, ...input })),
  };
}
