import { readArray, readObject } from "../../functions/core/read-json.ts";
import { resolve, type Resources } from "./intrinsics.ts";

/** One call as IAM sees it. */
export type Call = {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the call. */
  readonly context?: Readonly<Record<string, string>>;
};

/** One statement of a policy, with every list a list. */
export type Statement = {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
};

type Condition = {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
};

/** All statements that a role of a template has, inline or by a policy. */
export function findStatements(roleId: string, resources: Resources): readonly Statement[] {
  const inline = readList(resources[roleId]?.Properties["Policies"]).map(
    (policy) => readObject(policy, "policy")["PolicyDocument"],
  );
  const attached = Object.values(resources).flatMap(({ Type, Properties }) =>
    Type === "AWS::IAM::Policy" &&
    readList(resolve(Properties["Roles"], resources)).includes(roleId)
      ? [Properties["PolicyDocument"]]
      : [],
  );
  return [...inline, ...attached].flatMap((document) => {
    const { Statement: statements } = readObject(resolve(document, resources), "document");
    return readList(statements).map(readStatement);
  });
}

/** Whether IAM lets a call through: a statement allows it and none denies it. */
export function isAllowed(call: Call, statements: readonly Statement[]): boolean {
  const matching = statements.filter((statement) => isAbout(statement, call));
  return (
    matching.some(({ effect }) => effect === "Allow") &&
    matching.every(({ effect }) => effect !== "Deny")
  );
}

function isAbout({ actions, resources, conditions }: Statement, call: Call): boolean {
  return (
    actions.some((pattern) => isLike(call.action, pattern)) &&
    resources.some((pattern) => isLike(call.resource, pattern)) &&
    conditions.every((condition) => holds(condition, call.context ?? {}))
  );
}

function holds({ operator, key, values }: Condition, context: Call["context"] = {}): boolean {
  const name = operator.replace(/IfExists$/u, "");
  const value = context[key];
  if (value === undefined) return name !== operator;
  if (!["StringEquals", "StringLike", "ArnEquals", "ArnLike"].includes(name)) {
    throw new Error(`the tests know no condition '${operator}'`);
  }
  return values.some((pattern) =>
    name === "StringEquals" ? value === pattern : isLike(value, pattern),
  );
}

function isLike(text: string, pattern: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`);
  const source = escaped.replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "u").test(text);
}

function readStatement(value: unknown): Statement {
  const statement = readObject(value, "statement");
  const conditions = Object.entries(readObject(statement["Condition"] ?? {}, "condition"));
  return {
    effect: String(statement["Effect"]),
    actions: readList(statement["Action"]).map(String),
    resources: readList(statement["Resource"]).map(String),
    conditions: conditions.flatMap(([operator, keys]) =>
      Object.entries(readObject(keys, "keys")).map(([key, values]) => ({
        operator,
        key,
        values: readList(values).map(String),
      })),
    ),
  };
}

function readList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? readArray(value, "list") : [value];
}
