import { Stack } from "aws-cdk-lib";
import { CfnQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

import { toList } from "../functions/core/label-text.ts";
import { type FunctionEnvironment, optionsOfSettings } from "./function-environment.ts";

/**
 * Most bytes of an environment. Lambda measures it as JSON, in which each quote of a value that is JSON
 * itself takes two. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const mostBytes = 4_096;

/** Says what to do where Lambda would refuse an environment, which it does only in the middle of a deploy. */
export function whyTooLong(scope: Construct, environment: FunctionEnvironment): readonly string[] {
  const stack = Stack.of(scope);
  const filled = fillIn(stack.resolve(environment), stack);
  const bytes = measure(filled);
  if (bytes <= mostBytes) return [];
  const causes = findLargest(filled).map(([option, size]) => `${option} (${size} bytes)`);
  return [
    `the settings of a function should have at most ${mostBytes} bytes, got about ${bytes}, most of it for ${toList(causes, "and")}; have fewer of these`,
  ];
}

// The options that have the most bytes, two at most: all else is not the operator's to shorten.
function findLargest(environment: unknown): readonly (readonly [string, number])[] {
  const values = new Map<string, unknown>(Object.entries(environment ?? {}));
  const sizes = new Map<string, number>();
  for (const [name, option] of Object.entries(optionsOfSettings)) {
    const value = values.get(name);
    if (value !== undefined) sizes.set(option, (sizes.get(option) ?? 0) + measure(value));
  }
  const sorted = [...sizes].toSorted(([, one], [, other]) => other - one);
  return sorted.filter(([, size], index) => index === 0 || (index === 1 && size > mostBytes / 10));
}

function measure(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** A region; accounts, and what comes before a domain, are shorter. */
const region = "ap-southeast-1";

// Each value as long as CloudFormation will make it, or a little longer.
function fillIn(value: unknown, stack: Stack): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  const [name, operand] = entries[0] ?? [""];
  switch (name) {
    case "Fn::Join": {
      const [separator, parts] = asList(operand);
      const filled = asList(parts).map((part) => fillIn(part, stack));
      return filled.join(String(separator));
    }
    // All that is selected are the regions and accounts in ARNs.
    case "Fn::Select":
      return region;
    // Its variables are about as long as what takes their place.
    case "Fn::Sub":
      return operand;
    case "Ref":
      return nameOf(String(operand), stack);
    case "Fn::GetAtt": {
      const [id = "", attribute] = asList(operand).map(String);
      return attribute === "Arn"
        ? `arn:aws:ecs:${region}:123456789012:cluster/${nameOf(id, stack)}`
        : "subnet-0123456789abcdef0";
    }
    default:
      return Object.fromEntries(entries.map(([key, it]) => [key, fillIn(it, stack)]));
  }
}

function nameOf(id: string, stack: Stack): string {
  if (id.startsWith("AWS::")) return region;
  const name = `${stack.stackName}-${id}-0123456789ab`;
  const isQueue = stack.node
    .findAll()
    .some((it) => it instanceof CfnQueue && stack.resolve(it.logicalId) === id);
  return isQueue ? `https://sqs.${region}.amazonaws.com/123456789012/${name}` : name;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
