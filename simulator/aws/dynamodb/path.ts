import type { AttributeValue, Item } from "./attribute-value.ts";
import { validationError } from "./dynamodb-errors.ts";
import { isReservedWord } from "./reserved-words.ts";
import type { Substitutions } from "./substitutions.ts";
import type { TokenStream } from "./tokens.ts";

/** A document path: an attribute's name, then names of map entries and positions in lists. */
export type Path = readonly (string | number)[];

/** Reads a document path. @throws {AwsError} for a reserved word and anything that is no path */
export function readPath(tokens: TokenStream, substitutions: Substitutions): Path {
  const path: (string | number)[] = [readName(tokens, substitutions)];
  for (;;) {
    if (tokens.accept(".")) {
      path.push(readName(tokens, substitutions));
    } else if (tokens.accept("[")) {
      const position = tokens.peek();
      if (!/^\d+$/u.test(position)) throw tokens.syntaxError();
      path.push(Number(tokens.next()));
      tokens.expect("]");
    } else {
      return path;
    }
  }
}

/** The value at a path; undefined where there is none. */
export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (value && typeof step === "string" && "M" in value) {
      value = Object.hasOwn(value.M, step) ? value.M[step] : undefined;
    } else if (value && typeof step === "number" && "L" in value) value = value.L[step];
    else return undefined;
  }
  return value;
}

function readName(tokens: TokenStream, substitutions: Substitutions): string {
  const token = tokens.peek();
  if (token.startsWith("#")) return substitutions.name(tokens.next(), tokens.expression);
  if (!/^[A-Za-z_]\w*$/u.test(token)) throw tokens.syntaxError();
  if (isReservedWord(token)) {
    throw validationError(
      `Invalid ${tokens.expression}: Attribute name is a reserved keyword; reserved keyword: ${token}`,
    );
  }
  return tokens.next();
}
