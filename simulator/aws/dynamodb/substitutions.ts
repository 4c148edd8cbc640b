import { asText, mapOf, type JsonReader } from "../json-reader.ts";
import { asAttributeValue, type AttributeValue } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";

/** ExpressionAttributeNames and ExpressionAttributeValues of one request. */
export type Substitutions = {
  /** @throws {AwsError} when the request does not define it */
  readonly name: (placeholder: string, expression: string) => string;
  /** @throws {AwsError} when the request does not define it */
  readonly value: (placeholder: string, expression: string) => AttributeValue;
  /** To be called when all expressions are read. @throws {AwsError} when one was defined and not used */
  readonly checkAllUsed: () => void;
};

/** Reads the placeholders of a request. */
export function readSubstitutions(input: JsonReader): Substitutions {
  const names = input.optional("ExpressionAttributeNames", mapOf(asText));
  const values = input.optional("ExpressionAttributeValues", mapOf(asAttributeValue));
  const used = new Set<string>();
  const look = <T>(map: ReadonlyMap<string, T> | undefined, key: string, missing: string): T => {
    used.add(key);
    const found = map?.get(key);
    if (found === undefined) throw validationError(`${missing}: ${key}`);
    return found;
  };
  return {
    name: (placeholder, expression) =>
      look(
        names,
        placeholder,
        `Invalid ${expression}: An expression attribute name used in the document path is not defined; attribute name`,
      ),
    value: (placeholder, expression) =>
      look(
        values,
        placeholder,
        `Invalid ${expression}: An expression attribute value used in expression is not defined; attribute value`,
      ),
    checkAllUsed: () => {
      checkUsed("ExpressionAttributeNames", names, used);
      checkUsed("ExpressionAttributeValues", values, used);
    },
  };
}

function checkUsed(
  member: string,
  map: ReadonlyMap<string, unknown> | undefined,
  used: ReadonlySet<string>,
): void {
  if (map?.size === 0) throw validationError(`${member} must not be empty`);
  const unused = [...(map?.keys() ?? [])].filter((key) => !used.has(key));
  if (unused.length === 0) return;
  throw validationError(
    `Value provided in ${member} unused in expressions: keys: {${unused.join(", ")}}`,
  );
}
