/** Data of one log line; the message stays constant so that lines can be counted. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where outcomes are written: info = outcome, warn = will be tried again, error = somebody must act. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
