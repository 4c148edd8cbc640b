import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { findOperation } from "../../../simulator/github/openapi.ts";
import type { WireService } from "../../../simulator/wire.ts";

const slice: unknown = JSON.parse(
  readFileSync(new URL("../../../simulator/github/openapi-slice.json", import.meta.url), "utf8"),
);
const ajv = new Ajv({ strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();

/** The service, with every good answer checked against GitHub's own description of it. */
export function withDescribedAnswers(handle: WireService): WireService {
  return async (request) => {
    const response = await handle(request);
    const operation = findOperation(request.method, request.path.split("?")[0] ?? "");
    if (operation === undefined || response.status >= 300 || response.body === "") return response;
    const schema = at(operation.definition, ["responses", String(response.status)]);
    if (schema === undefined) {
      throw new Error(`${operation.endpoint} never answers ${response.status}`);
    }
    const validate = validatorOf(`${operation.endpoint} ${response.status}`, schema);
    if (!validate(JSON.parse(response.body))) {
      throw new Error(`${operation.endpoint}: ${ajv.errorsText(validate.errors)}`);
    }
    return response;
  };
}

function validatorOf(key: string, response: unknown): ValidateFunction {
  const schema = at(resolve(response), ["content", "application/json", "schema"]) ?? {};
  const components = at(slice, ["components"]);
  const known = validators.get(key) ?? ajv.compile({ allOf: [schema], components });
  validators.set(key, known);
  return known;
}

function resolve(value: unknown): unknown {
  const reference = at(value, ["$ref"]);
  return typeof reference === "string" ? at(slice, reference.split("/").slice(1)) : value;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((parent, key) => {
    const entries: readonly [string, unknown][] =
      typeof parent === "object" && parent !== null ? Object.entries(parent) : [];
    return entries.find(([name]) => name === key)?.[1];
  }, value);
}
