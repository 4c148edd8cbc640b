/** Turns one JSON value into what the caller needs. @throws {JsonShapeError} when it is something else */
export type Decode<T> = (value: unknown, path: string) => T;

/** Typed access to the members of one JSON object; `null` counts as absent, as it does at AWS. */
export type JsonReader = {
  /** The object as it came, for comparing and passing on. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  /** @throws {JsonShapeError} when the member is absent or of another type */
  required<T>(name: string, decode: Decode<T>): T;
  /** @throws {JsonShapeError} when the member is of another type */
  optional<T>(name: string, decode: Decode<T>): T | undefined;
};

/** A member that is missing (`expected` is absent then) or of the wrong JSON type. */
export class JsonShapeError extends Error {
  override readonly name = "JsonShapeError";
  readonly path: string;
  readonly expected: string | undefined;

  constructor(path: string, mismatch?: { readonly expected: string; readonly value: unknown }) {
    super(
      mismatch === undefined
        ? `${path} is missing`
        : `${nameOf(mismatch.value)} cannot be converted to ${mismatch.expected}`,
    );
    this.path = path;
    this.expected = mismatch?.expected;
  }
}

/** Decodes a JSON object into a reader of its members. */
export const asObject: Decode<JsonReader> = (value, path) => {
  if (!isObject(value)) throw new JsonShapeError(path, { expected: "Object", value });
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  return {
    raw: value,
    names: Object.keys(value).filter((name) => isPresent(value[name])),
    required: (name, decode) => {
      const member = value[name];
      if (!isPresent(member)) throw new JsonShapeError(at(name));
      return decode(member, at(name));
    },
    optional: (name, decode) => {
      const member = value[name];
      return isPresent(member) ? decode(member, at(name)) : undefined;
    },
  };
};

/** Decodes text. */
export const asText: Decode<string> = (value, path) => {
  if (typeof value !== "string") throw new JsonShapeError(path, { expected: "String", value });
  return value;
};

/** Decodes a whole number. */
export const asInteger: Decode<number> = (value, path) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw new JsonShapeError(path, { expected: "Integer", value });
  }
  return value;
};

/** Decodes true or false. */
export const asBoolean: Decode<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new JsonShapeError(path, { expected: "Boolean", value });
  return value;
};

/** Decodes every element of a list. */
export function listOf<T>(decode: Decode<T>): Decode<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new JsonShapeError(path, { expected: "List", value });
    const elements: readonly unknown[] = value;
    return elements.map((element, position) => decode(element, `${path}.${position + 1}.member`));
  };
}

/** Decodes every value of a JSON object whose keys are data. */
export function mapOf<T>(decode: Decode<T>): Decode<ReadonlyMap<string, T>> {
  return (value, path) => {
    if (!isObject(value)) throw new JsonShapeError(path, { expected: "Map", value });
    return new Map(
      Object.entries(value).map(([name, entry]) => [name, decode(entry, `${path}.${name}`)]),
    );
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return "Start of list";
  if (isObject(value)) return "Start of structure or map";
  return value === null ? "NULL_VALUE" : `${typeof value}_VALUE`.toUpperCase();
}
