import { comparators, type Comparator, type Condition, type Operand } from "./condition.ts";
import { checkBounds, checkDistinct, checkGivenType } from "./operand-checks.ts";
import { readPath } from "./path.ts";
import type { Substitutions } from "./substitutions.ts";
import { isAtEnd, readTokens, type TokenStream } from "./tokens.ts";

type Source = { readonly tokens: TokenStream; readonly substitutions: Substitutions };

/** Parses a condition, filter or key condition. @throws {AwsError} for a syntax error */
export function readCondition(
  text: string,
  expression: string,
  substitutions: Substitutions,
): Condition {
  const tokens = readTokens(text, expression);
  const condition = readOr({ tokens, substitutions });
  if (!isAtEnd(tokens)) throw tokens.syntaxError();
  return condition;
}

function readOr(source: Source): Condition {
  let left = readAnd(source);
  while (source.tokens.accept("OR")) left = { kind: "or", left, right: readAnd(source) };
  return left;
}

function readAnd(source: Source): Condition {
  let left = readNot(source);
  while (source.tokens.accept("AND")) left = { kind: "and", left, right: readNot(source) };
  return left;
}

function readNot(source: Source): Condition {
  if (source.tokens.accept("NOT")) return { kind: "not", condition: readNot(source) };
  if (source.tokens.accept("(")) {
    const condition = readOr(source);
    source.tokens.expect(")");
    return condition;
  }
  const isCall = source.tokens.peek(1) === "(" && source.tokens.peek().toLowerCase() !== "size";
  return isCall ? readFunction(source) : readComparison(source);
}

function readFunction({ tokens, substitutions }: Source): Condition {
  const name = tokens.peek();
  const kind = (["begins_with", "contains", "attribute_type"] as const).find(
    (known) => known === name,
  );
  const isExistence = name === "attribute_exists" || name === "attribute_not_exists";
  if (!kind && !isExistence) throw tokens.syntaxError();
  tokens.next();
  tokens.expect("(");
  const path = readPath(tokens, substitutions);
  if (!kind) {
    tokens.expect(")");
    return { kind: "exists", path, expected: name === "attribute_exists" };
  }
  tokens.expect(",");
  const operand = readOperand({ tokens, substitutions });
  tokens.expect(")");
  if (kind === "begins_with" && operand.kind === "value") {
    const { expression } = tokens;
    checkGivenType(operand.value, { expression, operator: kind, allowed: ["S", "B"] });
  }
  return { kind, path, operand };
}

function readComparison(source: Source): Condition {
  const { tokens } = source;
  const operand = readOperand(source);
  if (tokens.accept("BETWEEN")) {
    const low = readOperand(source);
    tokens.expect("AND");
    const high = readOperand(source);
    checkBounds(tokens.expression, low, high);
    return { kind: "between", operand, low, high };
  }
  if (tokens.accept("IN")) return { kind: "in", operand, choices: readChoices(source) };
  const comparator = readComparator(tokens);
  const right = readOperand(source);
  const comparison = { kind: "compare", comparator, left: operand, right } as const;
  checkDistinct(tokens.expression, comparison);
  return comparison;
}

function readChoices(source: Source): readonly Operand[] {
  source.tokens.expect("(");
  const choices = [readOperand(source)];
  while (source.tokens.accept(",")) choices.push(readOperand(source));
  source.tokens.expect(")");
  return choices;
}

function readComparator(tokens: TokenStream): Comparator {
  const comparator = comparators.find((known) => tokens.accept(known));
  if (!comparator) throw tokens.syntaxError();
  return comparator;
}

function readOperand({ tokens, substitutions }: Source): Operand {
  if (tokens.peek().startsWith(":")) {
    return { kind: "value", value: substitutions.value(tokens.next(), tokens.expression) };
  }
  if (tokens.peek(1) === "(" && tokens.accept("size")) {
    tokens.expect("(");
    const path = readPath(tokens, substitutions);
    tokens.expect(")");
    return { kind: "size", path };
  }
  return { kind: "path", path: readPath(tokens, substitutions) };
}
