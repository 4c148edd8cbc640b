import { asObject, asText, listOf, type JsonReader } from "../json-reader.ts";

/** One environment variable as ECS carries it. */
export type NameValue = { readonly name: string; readonly value: string };

/** The name–value pairs of a list member; none where it is absent. */
export function readNameValues(input: JsonReader, member: string): readonly NameValue[] {
  const pairs = input.optional(member, listOf(asObject)) ?? [];
  return pairs.map((pair) => ({
    name: pair.required("name", asText),
    value: pair.required("value", asText),
  }));
}
