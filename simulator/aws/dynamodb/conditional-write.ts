import { AwsError } from "../aws-error.ts";
import { asText, type JsonReader } from "../json-reader.ts";
import type { Item } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";
import { evaluateCondition } from "./evaluate-condition.ts";
import { readCondition } from "./read-condition.ts";
import type { Substitutions } from "./substitutions.ts";

/** Throws unless the item as it is now meets the condition of the request. */
export type ConditionCheck = (current: Item | undefined) => void;

/** Reads the ConditionExpression of a write. @throws {AwsError} for a syntax error, before anything is looked up */
export function readConditionCheck(
  input: JsonReader,
  substitutions: Substitutions,
): ConditionCheck {
  const text = input.optional("ConditionExpression", asText);
  const onFailure = readOneOf(input, "ReturnValuesOnConditionCheckFailure", ["NONE", "ALL_OLD"]);
  if (text === undefined) return () => {};
  const condition = readCondition(text, "ConditionExpression", substitutions);
  return (current) => {
    if (evaluateCondition(condition, current ?? {})) return;
    throw new AwsError(
      "ConditionalCheckFailedException",
      "The conditional request failed",
      onFailure === "ALL_OLD" && current ? { members: { Item: current } } : {},
    );
  };
}

/** One of the allowed words, the first where the member is absent. @throws {AwsError} for another */
export function readOneOf<const T extends string>(
  input: JsonReader,
  member: string,
  allowed: readonly [T, ...T[]],
): T {
  const text = input.optional(member, asText) ?? allowed[0];
  const word = allowed.find((known) => known === text);
  if (word !== undefined) return word;
  throw validationError(
    `1 validation error detected: Value '${text}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${allowed.join(", ")}]`,
  );
}
