import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { createAwsClientConfig } from "../../functions/adapters/aws-client.ts";
import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import type { Surroundings } from "../../functions/adapters/surroundings.ts";

/** Creates the ledger's table in whatever DynamoDB the surroundings lead to. */
export async function createLedgerTable(surroundings: Surroundings, table: string): Promise<void> {
  const { key, wakeShard, wakeAt, wakeIndex } = ledgerTable;
  const client = new DynamoDBClient(createAwsClientConfig(surroundings));
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: key, AttributeType: "S" },
        { AttributeName: wakeShard, AttributeType: "S" },
        { AttributeName: wakeAt, AttributeType: "N" },
      ],
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: wakeIndex,
          KeySchema: [
            { AttributeName: wakeShard, KeyType: "HASH" },
            { AttributeName: wakeAt, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
}
