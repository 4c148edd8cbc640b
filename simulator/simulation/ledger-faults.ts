import type { WireRequest, WireResponse, WireService } from "../wire.ts";
import type { Dice } from "./dice.ts";
import { awsError, membersOf, operationOf } from "./fault-answers.ts";
import { namedJobs } from "./named-jobs.ts";

const target = "DynamoDB_20120810";
const operations = new Set(["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"]);

/** DynamoDB throttles, fails before and after a write, and somebody else writes the item meanwhile. */
export function disturbLedger(dice: Dice, next: WireService): WireService {
  return async (request) => {
    const operation = operationOf(request);
    if (request.headers["x-amz-target"] !== `${target}.${operation}`) return next(request);
    if (!operations.has(operation)) return next(request);
    const jobs = () => namedJobs(request.body);
    if (dice.strikes("ledger-throttled", jobs)) return throttled;
    if (dice.strikes("ledger-unavailable", jobs)) return unavailable;
    const isWrite = operation === "PutItem";
    // Of an item that is new, nobody else can have made another one meanwhile.
    const isRewrite = isWrite && request.body.includes(":expected");
    if (isRewrite && dice.strikes("ledger-conflict", jobs)) await interfere(next, request);
    const answer = await next(request);
    return isWrite && dice.strikes("ledger-answer-lost", jobs) ? unavailable : answer;
  };
}

const throttled: WireResponse = awsError(
  400,
  "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
  "The level of configured provisioned throughput for the table was exceeded.",
);

const unavailable: WireResponse = awsError(
  500,
  "com.amazonaws.dynamodb.v20120810#InternalServerError",
  "The request processing has failed because of an unknown error, exception or failure.",
);

/** Writes the item as it stands once more, as somebody does who decided that nothing changes. */
async function interfere(next: WireService, request: WireRequest): Promise<void> {
  const members = membersOf(request.body);
  const { TableName: table, Item: wanted } = members;
  const id = isRow(wanted) ? wanted["id"] : undefined;
  const read = { TableName: table, Key: { id }, ConsistentRead: true };
  const { body } = await next(withBody(request, "GetItem", read));
  const item = membersOf(body)["Item"];
  if (!isRow(item)) return;
  const version = { N: String(readVersion(item) + 1) };
  await next(withBody(request, "PutItem", { TableName: table, Item: { ...item, version } }));
}

function withBody(request: WireRequest, operation: string, body: unknown): WireRequest {
  const headers = { ...request.headers, "x-amz-target": `${target}.${operation}` };
  return { ...request, headers, body: JSON.stringify(body) };
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function readVersion({ version }: Readonly<Record<string, unknown>>): number {
  return isRow(version) ? Number(version["N"] ?? 0) : 0;
}
