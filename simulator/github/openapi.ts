import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

/** An operation of GitHub's REST API that a request asks for. */
export type Operation = {
  /** E.g. `GET /orgs/{org}/actions/runners`: what routes and rate limits go by. */
  readonly endpoint: string;
  readonly documentationUrl: string;
  /** The values of the path's placeholders, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly definition: JsonObject;
};

/** What is checked against the description of an operation. */
export type RequestParts = {
  readonly query: Readonly<Record<string, string>>;
  /** `undefined` when none was sent. */
  readonly body: unknown;
};

type JsonObject = Readonly<Record<string, unknown>>;

const slice = toObject(
  JSON.parse(readFileSync(new URL("openapi-slice.json", import.meta.url), "utf8")),
);

/** Fixed paths come before those with placeholders, so that the more exact one is found. */
const templates = Object.entries(toObject(slice["paths"]))
  .map(([template, methods]) => ({ template, methods: toObject(methods) }))
  .toSorted((one, other) => countPlaceholders(one.template) - countPlaceholders(other.template));

/** The operation behind a method and a path without query, if GitHub has it (and the slice holds it). */
export function findOperation(method: string, path: string): Operation | undefined {
  for (const { template, methods } of templates) {
    const definition = methods[method.toLowerCase()];
    const parameters = definition === undefined ? undefined : matchPath(template, path);
    if (parameters === undefined) continue;
    return { ...describe(`${method} ${template}`, definition), parameters };
  }
  return undefined;
}

const described = new Map<string, Omit<Operation, "parameters">>();

/** Read once: what an operation is like is the same for every request. */
function describe(endpoint: string, definition: unknown): Omit<Operation, "parameters"> {
  const known = described.get(endpoint) ?? {
    endpoint,
    documentationUrl: String(at(definition, ["externalDocs", "url"])),
    definition: toObject(definition),
  };
  described.set(endpoint, known);
  return known;
}

/** Whether the placeholders hold what they should: GitHub answers 404 where a number is none. */
export function hasValidPath({ endpoint, definition, parameters }: Operation): boolean {
  const schema = () => parametersSchema(definition, "path");
  return validator(`${endpoint} path`, schema)({ ...parameters });
}

/** What is wrong with query or body, in GitHub's words; `undefined` when nothing is. */
export function findMistake(
  { endpoint, definition }: Operation,
  { query, body }: RequestParts,
): string | undefined {
  const checkQuery = validator(`${endpoint} query`, () => parametersSchema(definition, "query"));
  if (!checkQuery({ ...query })) return explain(checkQuery.errors);
  const requestBody = definition["requestBody"];
  const isMissing = body === undefined && at(requestBody, ["required"]) !== true;
  if (requestBody === undefined || isMissing) return undefined;
  const schema = at(requestBody, ["content", "application/json", "schema"]);
  const checkBody = validator(`${endpoint} body`, () => closed(schema));
  return checkBody(body ?? null) ? undefined : explain(checkBody.errors);
}

function countPlaceholders(template: string): number {
  return template.split("{").length;
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const expected = template.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = decodePart(value);
    else if (part !== value) return undefined;
  }
  return parameters;
}

function decodePart(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const ajv = new Ajv({ strict: false, validateFormats: false, verbose: true });
/** Paths and queries hold text where the description says integer. */
const coercingAjv = new Ajv({ strict: false, validateFormats: false, coerceTypes: true });
const validators = new Map<string, ValidateFunction>();

/** Compiled at first use: a test that needs three operations does not wait for twenty. */
function validator(key: string, schema: () => JsonObject): ValidateFunction {
  const compiler = key.endsWith(" body") ? ajv : coercingAjv;
  const known = validators.get(key) ?? compiler.compile(schema());
  validators.set(key, known);
  return known;
}

function parametersSchema(definition: JsonObject, place: "path" | "query"): JsonObject {
  const list = definition["parameters"];
  const parameters = (Array.isArray(list) ? list : [])
    .map((parameter: unknown) => resolve(parameter))
    .filter((parameter) => parameter["in"] === place);
  const schemas = parameters.map(({ name, schema }): [string, unknown] => [String(name), schema]);
  return { type: "object", properties: Object.fromEntries(schemas) };
}

/** The schema with its references followed, and closed to properties it does not name. */
function closed(schema: unknown): JsonObject {
  const resolved = resolve(schema);
  if (resolved["items"] !== undefined) return { ...resolved, items: closed(resolved["items"]) };
  if (resolved["properties"] === undefined) return resolved;
  const properties = Object.entries(toObject(resolved["properties"])).map(
    ([name, property]): [string, unknown] => [name, closed(property)],
  );
  return {
    ...resolved,
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

function resolve(value: unknown): JsonObject {
  const reference = at(value, ["$ref"]);
  if (typeof reference !== "string") return toObject(value);
  return toObject(at(slice, reference.slice("#/".length).split("/")));
}

function explain(errors: ValidateFunction["errors"]): string {
  const error = errors?.[0];
  return `Invalid request.\n\n${error === undefined ? "" : explainOne(error)}`;
}

function explainOne({ keyword, params, instancePath, data, message }: ErrorObject): string {
  const named: JsonObject = params;
  if (keyword === "required") return `"${String(named["missingProperty"])}" wasn't supplied.`;
  if (keyword === "additionalProperties") {
    return `"${String(named["additionalProperty"])}" is not a permitted key.`;
  }
  const place = instancePath === "" ? "links/0/schema" : `properties${instancePath}`;
  const value = data === null ? "nil" : JSON.stringify(data);
  if (keyword === "type") return `For '${place}', ${value} is not a ${String(named["type"])}.`;
  return `For '${place}', ${value} ${message ?? "is invalid"}.`;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => {
    return typeof parent === "object" && parent !== null
      ? Object.entries(parent).find(([name]) => name === key)?.[1]
      : undefined;
  }, value);
}

function toObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
