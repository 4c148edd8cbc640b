import type { Server } from "node:http";

import { NodeHttpHandler } from "@smithy/node-http-handler";
import dynalite from "dynalite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createDynamoDbLedger } from "../../functions/adapters/dynamodb-ledger.ts";
import { readArray, readObject } from "../../functions/core/read-json.ts";
import { ledgerTable } from "../../functions/adapters/ledger-table.ts";
import type { Surroundings } from "../../functions/adapters/surroundings.ts";
import { jsonResponse, type WireRequest, type WireResponse } from "../../simulator/wire.ts";
import { jobItem, queuedJob, start } from "../core/builders.ts";
import { createSimulatedAws } from "../support/simulated-aws.ts";
import { createTestSurroundings } from "../support/surroundings.ts";
import { describeLedger } from "./ledger-contract.ts";
import { createLedgerTable } from "./ledger-table.ts";

const table = "ledger";

async function createLedger<S extends Surroundings>(surroundings: S, name = table) {
  await createLedgerTable(surroundings, name);
  return { ...surroundings, ledger: createDynamoDbLedger(surroundings, name) };
}

/** A ledger in a simulated account whose answers may be put in the place of the real ones. */
async function createDisturbedLedger(
  disturb: (request: WireRequest, answer: () => Promise<WireResponse>) => Promise<WireResponse>,
) {
  const { aws } = createSimulatedAws();
  let isCalm = true;
  const surroundings = createTestSurroundings(async (request) => {
    const answer = async () => aws.handle(request);
    return isCalm ? answer() : disturb(request, answer);
  });
  const created = await createLedger(surroundings);
  isCalm = false;
  surroundings.clock.now = start;
  surroundings.requests.length = 0;
  return created;
}

describe("due", () => {
  it.each([
    ["a kind of a newer version", '{"kind":"future","id":"job#9-1","expiresAt":9e15}'],
    ["no JSON", "{bad"],
    ["null", "null"],
  ])("leaves out a row with %s, and says so", async (_what, item) => {
    const { ledger, lines } = await createDisturbedLedger(async ({ headers }, answer) => {
      const found = await answer();
      if (!headers["x-amz-target"]?.endsWith(".Query")) return found;
      const rows = readArray(readObject(JSON.parse(found.body), "answer")["Items"], "Items");
      const spoilt = { id: { S: "job#9-1" }, item: { S: item } };
      const body = JSON.stringify({ Items: rows.length > 0 ? [spoilt, ...rows] : [] });
      return { ...found, headers: {}, body };
    });
    const due = jobItem({ wakeAt: start });
    expect(await ledger.write(due, 0)).toBe(true);
    expect(await ledger.due(start, 10)).toEqual([due]);
    expect(lines.join("")).toMatch(/"level":"error","message":"item not read","itemId":"job#9-1"/u);
  });
});

describe("dynalite", () => {
  let server: Server;
  let tables = 0;
  beforeAll(async () => {
    server = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  });
  afterAll(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  describeLedger("createDynamoDbLedger over dynalite", async () => {
    const address = server.address();
    const port = address === null || typeof address === "string" ? 0 : address.port;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const surroundings = createTestSurroundings(async () => jsonResponse(500, {}), env);
    tables += 1;
    return createLedger(
      { ...surroundings, requestHandler: new NodeHttpHandler() },
      `${table}-${tables}`,
    );
  });
});

describeLedger("createDynamoDbLedger over the simulator", async () => {
  const { aws } = createSimulatedAws();
  return createLedger(createTestSurroundings(aws.handle));
});

describe("createDynamoDbLedger", () => {
  const item = jobItem();

  it("reads what was written last, never an older state", async () => {
    const { ledger, requests } = await createDisturbedLedger(async (_request, answer) => answer());
    await ledger.read(item.id);
    expect(requests.map(({ body }): unknown => JSON.parse(body))).toEqual([
      { TableName: table, Key: { id: { S: item.id } }, ConsistentRead: true },
    ]);
  });

  it("lets the table delete what has expired, never earlier", async () => {
    const { ledger, requests } = await createDisturbedLedger(async (_request, answer) => answer());
    await ledger.write(jobItem({ expiresAt: 1_700_000_000_001 }), 0);
    expect(JSON.parse(requests[0]?.body ?? "")).toMatchObject({
      Item: { [ledgerTable.expiry]: { N: "1700000001" } },
    });
  });

  it("spreads what is due over all shards, an item always in the same one", async () => {
    const { ledger, requests } = await createDisturbedLedger(async (_request, answer) => answer());
    for (let id = 1; id <= 40; id += 1) await ledger.write(jobItem({ job: queuedJob({ id }) }), 0);
    const shards = requests.map(({ body }) => /"wakeShard":\{"S":"(\d)"\}/u.exec(body)?.[1]);
    expect(new Set(shards).size).toBe(ledgerTable.wakeShards);
    requests.length = 0;
    await ledger.write(jobItem({ job: queuedJob({ id: 1 }) }), 1);
    expect(/"wakeShard":\{"S":"(\d)"\}/u.exec(requests[0]?.body ?? "")?.[1]).toBe(shards[0]);
  });

  it.each([
    ["ProvisionedThroughputExceededException", 400],
    ["ResourceNotFoundException", 400],
    ["InternalServerError", 500],
  ])("does not take %s for a lost write", async (name, status) => {
    const { ledger } = await createDisturbedLedger(async () =>
      jsonResponse(status, { __type: name, message: "no" }),
    );
    await expect(ledger.write(item, 0)).rejects.toMatchObject({ name });
  });

  it("knows its own write again when the answer was lost and the SDK repeated it", async () => {
    let puts = 0;
    const { ledger } = await createDisturbedLedger(async ({ headers }, answer) => {
      const answered = await answer();
      if (headers["x-amz-target"]?.endsWith("PutItem") !== true) return answered;
      puts += 1;
      return puts === 1 ? jsonResponse(500, { __type: "InternalServerError" }) : answered;
    });
    expect(await ledger.write(item, 0)).toBe(true);
    expect(puts).toBe(2);
    expect(await ledger.read(item.id)).toEqual({ item, version: 1 });
    expect(await ledger.write(jobItem({ waits: 1 }), 0)).toBe(false);
  });

  it("refuses a row that is no item of the ledger", async () => {
    const body = { Item: { id: { S: item.id }, version: { N: "1" } } };
    const surroundings = createTestSurroundings(async () => jsonResponse(200, body));
    await expect(createDynamoDbLedger(surroundings, table).read(item.id)).rejects.toThrow("JSON");
  });
});
