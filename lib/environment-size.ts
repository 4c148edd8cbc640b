import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

import type { FunctionEnvironment } from "./function-environment.ts";

/** Most bytes of all names and values together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = 4_096;

/** Says what to do where Lambda would refuse an environment, which it does only in the middle of a deploy. */
export function findExcess(scope: Construct, environment: FunctionEnvironment): readonly string[] {
  const values = Object.values(environment).map((value): unknown => Stack.of(scope).resolve(value));
  const bytes = Object.keys(environment).join("").length + sum(values);
  if (bytes <= mostBytes) return [];
  return [
    `the settings of a function should have at most ${mostBytes} bytes, got about ${bytes}; have fewer images, fewer architectures of them, or fewer repositoryRoles`,
  ];
}

function sum(values: readonly unknown[]): number {
  return values.reduce((total: number, value) => total + estimate(value), 0);
}

// What CloudFormation fills in is mostly a region, an account or the name of something of ours.
function estimate(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  const join = new Map<string, unknown>(Object.entries(value)).get("Fn::Join");
  if (!Array.isArray(join)) return 25;
  const [, parts] = join.map((part: unknown) => part);
  return Array.isArray(parts) ? sum(parts) : 0;
}
