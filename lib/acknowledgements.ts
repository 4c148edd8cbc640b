import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Why a finding of cdk-nag may stand, by the finding's id. */
export type Reasons = Readonly<Record<string, string>>;

/** Lets findings of cdk-nag on a construct and all below it stand, each with the reason. */
export function acknowledge(construct: IConstruct, reasons: Reasons): void {
  const rules = Object.entries(reasons).map(([id, reason]) => ({ id, reason }));
  Validations.of(construct).acknowledge(...rules);
}

/** The id of the finding that a policy names a resource with a wildcard in it. */
export function wildcardFinding(scope: IConstruct, resource: string): string {
  return `AwsSolutions-IAM5[Resource::${flatten(Stack.of(scope).resolve(resource))}]`;
}

// As cdk-nag writes what CloudFormation has still to fill in: `<Name>` and `<Name.Attribute>`.
function flatten(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const functions = new Map<string, unknown>(Object.entries(value));
  const join = functions.get("Fn::Join");
  if (Array.isArray(join)) {
    const [separator, parts] = join.map((part: unknown) => part);
    return Array.isArray(parts) ? parts.map(flatten).join(String(separator)) : "";
  }
  const attribute = functions.get("Fn::GetAtt");
  return `<${Array.isArray(attribute) ? attribute.join(".") : String(functions.get("Ref"))}>`;
}
