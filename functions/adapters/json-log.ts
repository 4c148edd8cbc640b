import type { Log, LogFields } from "../core/log.ts";

/** Writes one JSON line an outcome; an error in the fields is reduced to its name, code and message. */
export function createJsonLog(write: (line: string) => void): Log {
  const writeLine = (level: string, message: string, fields: LogFields = {}): void => {
    write(`${JSON.stringify({ level, message, ...fields }, errorsAsFields)}\n`);
  };
  return {
    info: (message, fields) => {
      writeLine("info", message, fields);
    },
    warn: (message, fields) => {
      writeLine("warn", message, fields);
    },
    error: (message, fields) => {
      writeLine("error", message, fields);
    },
  };
}

// Stack and cause stay out: they may carry what a server echoed.
function errorsAsFields(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const code = "code" in value ? value.code : undefined;
  return { name: value.name, code, message: value.message };
}
