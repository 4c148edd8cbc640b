/** An error of tornade itself: `code` says which, `retryable` whether the same request may succeed later. */
export abstract class TornadeError extends Error {
  /** Spelled out in every class, because minifiers rename classes. */
  abstract override readonly name: string;
  /** Stable name of what went wrong; logs, alarms and tests match on it. */
  abstract readonly code: string;
  /** Whether the same request, unchanged, may succeed later. */
  abstract readonly retryable: boolean;
}

/** A setting is missing or wrong: the function cannot start, and an operator has to act. */
export class SettingsError extends TornadeError {
  override readonly name = "SettingsError";
  override readonly retryable = false;
  readonly code: "SettingMissing" | "SettingInvalid";

  constructor(code: SettingsError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** A webhook delivery that is answered with a client error. */
export class DeliveryError extends TornadeError {
  override readonly name = "DeliveryError";
  override readonly retryable = false;
  readonly code: "SignatureMissing" | "SignatureWrong" | "DeliveryMalformed" | "DeliveryTooLarge";

  constructor(code: DeliveryError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** A queue message that no version of this code can read. */
export class MessageError extends TornadeError {
  override readonly name = "MessageError";
  override readonly retryable = false;
  readonly code = "MessageMalformed";
}

/** The job queue did not take a message; nobody knows of what was in it. */
export class QueueError extends TornadeError {
  override readonly name = "QueueError";
  override readonly retryable: boolean;
  readonly code = "QueueUnavailable";

  constructor(message: string, { isRefused = false } = {}) {
    super(message);
    this.retryable = !isRefused;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whatever was thrown, as an error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
