/** The fields of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object. @throws {Error} naming the field when it is anything else */
export function readObject(value: unknown, field: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${field} should be an object, got ${nameOf(value)}`);
  }
  return { ...value };
}

/** The value as an array. @throws {Error} naming the field when it is anything else */
export function readArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${field} should be an array, got ${nameOf(value)}`);
  return value;
}

/** The value as text. @throws {Error} naming the field when it is anything else */
export function readText(value: unknown, field: string): string {
  if (typeof value !== "string") throw new Error(`${field} should be text, got ${nameOf(value)}`);
  return value;
}

/** The value as a whole number ≥ 0. @throws {Error} naming the field when it is anything else */
export function readNumber(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    const got = typeof value === "number" ? value : nameOf(value);
    throw new Error(`${field} should be a whole number, got ${got}`);
  }
  return value;
}

/** The value as true or false. @throws {Error} naming the field when it is anything else */
export function readFlag(value: unknown, field: string): boolean {
  if (typeof value !== "boolean")
    throw new Error(`${field} should be a flag, got ${nameOf(value)}`);
  return value;
}

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u;

/** Milliseconds since the epoch of a timestamp with its zone; undefined for any other text. */
export function readTimestamp(text: string): number | undefined {
  if (!timestamp.test(text)) return undefined;
  // oxlint-disable-next-line no-restricted-globals -- no clock: a timestamp with its zone is text
  const time = Date.parse(text);
  return time >= 0 ? time : undefined;
}

/** What `read` makes of the value, or undefined where it is absent or null. */
export function readOptional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value);
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return value === undefined ? "nothing" : `a ${typeof value}`;
}
