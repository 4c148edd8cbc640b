import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";

import { createAwsClientConfig } from "../functions/adapters/aws-client.ts";
import { ledgerTable } from "../functions/adapters/ledger-table.ts";
import { settingNames } from "../functions/adapters/settings.ts";
import { decodeItem } from "../functions/core/ledger-codec.ts";
import type { JobItem, LedgerItem, RunItem, RunnerItem } from "../functions/core/ledger.ts";
import type { World } from "../simulator/world.ts";

/** The ledger's items by kind. */
export type LedgerItems = {
  readonly jobs: readonly JobItem[];
  readonly runners: readonly RunnerItem[];
  readonly runs: readonly RunItem[];
};

/** Reads the whole ledger: good for one machine, where it is small. */
export async function readLedger({ surroundings }: World): Promise<LedgerItems> {
  const client = new DynamoDBClient(createAwsClientConfig(surroundings));
  const TableName = surroundings.env[settingNames.ledgerTable];
  const { Items: rows = [] } = await client.send(new ScanCommand({ TableName }));
  return sortByKind(rows.map((row) => decodeItem(row[ledgerTable.body]?.S ?? "")));
}

/** The items of a ledger, each where it belongs. */
export function sortByKind(items: readonly LedgerItem[]): LedgerItems {
  return {
    jobs: items.filter((item) => item.kind === "job"),
    runners: items.filter((item) => item.kind === "runner"),
    runs: items.filter((item) => item.kind === "run"),
  };
}
