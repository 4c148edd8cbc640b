import type { Measured } from "./metrics.ts";

/** Data of one log line; the message stays constant so that lines can be counted. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line; what was measured becomes fields of it as well. */
export type WriteLog = (message: string, fields?: LogFields, measured?: Measured) => void;

/** Where outcomes are written: info = outcome, warn = will be tried again, error = somebody must act. */
export interface Log {
  readonly info: WriteLog;
  readonly warn: WriteLog;
  readonly error: WriteLog;
}
