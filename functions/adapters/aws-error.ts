/** The parts of an AWS client's error that say what happened. */
export type AwsErrorParts = {
  readonly name: string;
  readonly message: string;
  /** Of the answer; absent where none came. */
  readonly status?: number;
};

/** Reads what an AWS client threw. */
export function readAwsError(error: unknown): AwsErrorParts {
  if (!(error instanceof Error)) return { name: "Unknown", message: String(error) };
  const status = readStatus("$metadata" in error ? error.$metadata : undefined);
  return { name: error.name, message: error.message, ...(status === undefined ? {} : { status }) };
}

function readStatus(metadata: unknown): number | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  if (!("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
