/** The parts of an AWS client's error that say what happened. */
export type AwsErrorParts = {
  readonly name: string;
  readonly message: string;
  /** Of the last answer; absent where none came. */
  readonly status?: number;
  /** How often the client sent the request. */
  readonly attempts: number;
};

/** Reads what an AWS client threw. */
export function readAwsError(error: unknown): AwsErrorParts {
  if (!(error instanceof Error)) return { name: "Unknown", message: String(error), attempts: 1 };
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const { httpStatusCode: status, attempts } = toMembers(metadata);
  // The client quotes what it could not read, over several lines, and advises its programmer.
  const isUnread = error instanceof SyntaxError;
  return {
    name: isUnread ? "AnswerNotUnderstood" : error.name,
    message: isUnread ? "AWS answered with something that is not JSON" : error.message,
    ...(typeof status === "number" ? { status } : {}),
    attempts: typeof attempts === "number" ? attempts : 1,
  };
}

/**
 * Whether AWS refused, rather than put off: for want of a permission, or of what was asked for. Secrets
 * Manager, behind Parameter Store, refuses a secret that does not exist, under whichever name.
 */
export function isRefused(error: unknown): boolean {
  const { name, status = 0 } = readAwsError(error);
  const isThrottled = status === 429 || /Throttl|TooManyRequests/iu.test(name);
  return status >= 400 && status < 500 && !isThrottled;
}

function toMembers(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
