import type { AttributeValue } from "./attribute-value.ts";
import { notModelled, validationError } from "./dynamodb-errors.ts";
import { checkGivenType, checkUpdateValue } from "./operand-checks.ts";
import { readPath } from "./path.ts";
import type { Substitutions } from "./substitutions.ts";
import { isAtEnd, readTokens, type TokenStream } from "./tokens.ts";
import type { UpdateAction, UpdateOperand } from "./update.ts";

type Source = { readonly tokens: TokenStream; readonly substitutions: Substitutions };

const clauses = ["SET", "REMOVE", "ADD", "DELETE"] as const;

/** Parses an UpdateExpression on whole attributes. @throws {AwsError} for syntax errors and nested paths */
export function readUpdate(text: string, substitutions: Substitutions): readonly UpdateAction[] {
  const tokens = readTokens(text, "UpdateExpression");
  const seen = new Set<string>();
  const actions: UpdateAction[] = [];
  while (!isAtEnd(tokens)) {
    const clause = clauses.find((known) => tokens.accept(known));
    if (!clause) throw tokens.syntaxError();
    if (seen.has(clause)) {
      throw validationError(
        `Invalid UpdateExpression: The "${clause}" section can only be used once in an update expression;`,
      );
    }
    seen.add(clause);
    do {
      actions.push(readAction(clause, { tokens, substitutions }));
    } while (tokens.accept(","));
  }
  checkOverlap(actions);
  return actions;
}

function readAction(clause: (typeof clauses)[number], source: Source): UpdateAction {
  const name = readAttribute(source);
  if (clause === "REMOVE") return { kind: clause, name };
  if (clause === "SET") {
    source.tokens.expect("=");
    return { kind: clause, name, operand: readSum(source) };
  }
  const value = readValue(source);
  checkUpdateValue(clause, value);
  return { kind: clause, name, value };
}

function readAttribute({ tokens, substitutions }: Source): string {
  const [name, ...nested] = readPath(tokens, substitutions);
  if (nested.length > 0 || typeof name !== "string") {
    throw notModelled("UpdateExpression on a nested path");
  }
  return name;
}

function readSum(source: Source): UpdateOperand {
  const left = readOperand(source);
  const sign = (["+", "-"] as const).find((known) => source.tokens.accept(known));
  if (!sign) return left;
  const right = readOperand(source);
  for (const operand of [left, right]) {
    if (operand.kind !== "value") continue;
    const expression = "UpdateExpression";
    checkGivenType(operand.value, { expression, operator: sign, allowed: ["N"] });
  }
  return { kind: "sum", sign, left, right };
}

function readOperand(source: Source): UpdateOperand {
  const { tokens, substitutions } = source;
  if (tokens.peek().startsWith(":")) return { kind: "value", value: readValue(source) };
  if (tokens.peek(1) !== "(") return { kind: "path", path: readPath(tokens, substitutions) };
  if (!tokens.accept("if_not_exists")) throw notModelled(`function ${tokens.peek()}`);
  tokens.expect("(");
  const path = readPath(tokens, substitutions);
  tokens.expect(",");
  const fallback = readOperand(source);
  tokens.expect(")");
  return { kind: "if_not_exists", path, fallback };
}

function readValue({ tokens, substitutions }: Source): AttributeValue {
  if (!tokens.peek().startsWith(":")) throw tokens.syntaxError();
  return substitutions.value(tokens.next(), tokens.expression);
}

function checkOverlap(actions: readonly UpdateAction[]): void {
  const names = actions.map(({ name }) => name);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice === undefined) return;
  throw validationError(
    `Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${twice}], path two: [${twice}]`,
  );
}
