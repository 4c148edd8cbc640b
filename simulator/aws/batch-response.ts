import { asObject, asText, listOf, type JsonReader } from "./json-reader.ts";

/**
 * The messages a function reports as failed, read as Lambda reads a batch response: nothing, null or an empty list
 * is success; what it cannot read, and an id that was not in the batch, fails the whole batch.
 */
export function readBatchItemFailures(
  response: unknown,
  messageIds: ReadonlySet<string>,
): ReadonlySet<string> | "all" {
  if (response === undefined || response === null) return new Set();
  try {
    const failures = asObject(response, "").optional("batchItemFailures", listOf(asObject)) ?? [];
    const failed = new Set(failures.map((failure) => readIdentifier(failure)));
    return [...failed].every((id) => messageIds.has(id)) ? failed : "all";
  } catch {
    return "all";
  }
}

function readIdentifier(failure: JsonReader): string {
  return failure.required("itemIdentifier", asText);
}
