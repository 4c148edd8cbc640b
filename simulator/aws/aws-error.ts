type AwsErrorDetails = {
  /** @default 400 */
  readonly status?: number;
  /** The code that SQS clients in query-compatible mode read from a header, e.g. `QueueAlreadyExists`. */
  readonly queryErrorCode?: string;
  /** Members of the error's shape besides the message, e.g. `resourceIds`. */
  readonly members?: Readonly<Record<string, unknown>>;
};

/** An error a simulated AWS service answers with; anything else thrown is a bug of the simulator. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  readonly details: AwsErrorDetails;

  constructor(code: string, message: string, details: AwsErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The sentence coral services say about a required member that is not there. */
export function nullMember(path: string): string {
  const member = path.charAt(0).toLowerCase() + path.slice(1);
  return `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`;
}
