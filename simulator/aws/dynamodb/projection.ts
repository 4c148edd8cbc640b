import { asText, type JsonReader } from "../json-reader.ts";
import type { Item } from "./attribute-value.ts";
import { notModelled } from "./dynamodb-errors.ts";
import { readPath } from "./path.ts";
import type { Substitutions } from "./substitutions.ts";
import { isAtEnd, readTokens } from "./tokens.ts";

/** Reduces an item to what a reader asked for. */
export type Projection = (item: Item) => Item;

/** Reads the ProjectionExpression of a request; without one, items come whole. Whole attributes only. */
export function readProjection(input: JsonReader, substitutions: Substitutions): Projection {
  const text = input.optional("ProjectionExpression", asText);
  if (text === undefined) return (item) => item;
  const tokens = readTokens(text, "ProjectionExpression");
  const names = new Set<string>();
  do {
    const [name, ...nested] = readPath(tokens, substitutions);
    if (nested.length > 0) throw notModelled("ProjectionExpression on a nested path");
    names.add(String(name));
  } while (tokens.accept(","));
  if (!isAtEnd(tokens)) throw tokens.syntaxError();
  return (item) => pick(item, names);
}

/** The attributes of an item that have one of the names. */
export function pick(item: Item, names: ReadonlySet<string>): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
