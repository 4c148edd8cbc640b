import { AwsError } from "../aws-error.ts";
import { asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { sqsError } from "./sqs-errors.ts";

const mostEntries = 10;

/** Runs each entry of a batch request; entries fail one by one, the request only when the batch itself is wrong. */
export function runBatch(
  input: JsonReader,
  act: (entry: JsonReader) => Readonly<Record<string, unknown>>,
): Readonly<Record<"Successful" | "Failed", readonly unknown[]>> {
  const entries = input.required("Entries", listOf(asObject));
  checkEntries(entries);
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    const Id = entry.required("Id", asText);
    try {
      Successful.push({ Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const Code = error.details.queryErrorCode ?? error.code;
      Failed.push({ Id, Code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function checkEntries(entries: readonly JsonReader[]): void {
  if (entries.length === 0) {
    throw sqsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  }
  if (entries.length > mostEntries) {
    throw sqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${mostEntries}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry.required("Id", asText));
  if (!ids.every((id) => /^[\w-]{1,80}$/u.test(id))) {
    const allowed = "only contain alphanumeric characters, hyphens and underscores";
    throw sqsError(
      "InvalidBatchEntryId",
      `A batch entry id can ${allowed}. It can be at most 80 letters long.`,
    );
  }
  const repeated = ids.find((id, position) => ids.indexOf(id) !== position);
  if (repeated === undefined) return;
  throw sqsError("BatchEntryIdsNotDistinct", `Id ${repeated} repeated.`);
}
