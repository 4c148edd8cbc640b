import { readFileSync } from "node:fs";

import { App } from "aws-cdk-lib";

import { type JsonObject, readObject, readText } from "../../functions/core/read-json.ts";
import type { TornadeConfig } from "../../lib/config.ts";
import { TornadeStack } from "../../lib/tornade-stack.ts";
import { resolve, type Resource, type Resources } from "./intrinsics.ts";

// CDK checks every template against CloudFormation's rules, which takes most of the time of a synthesis
// and which the test of `cdk synth` has it do.
process.env["CDK_VALIDATION"] = "false";

/** What an operator has to say at least. */
export const leastConfig: TornadeConfig = { owners: ["acme"] };

/** The template of a stack, and the ways in which tests look at it. */
export type Synthesized = {
  readonly template: JsonObject;
  readonly resources: Resources;
  /** All resources of a type. */
  readonly ofType: (type: string) => readonly Resource[];
  /** The one resource of a type whose logical id has something in it; its id and resolved properties. */
  readonly find: (
    type: string,
    pattern?: RegExp,
  ) => { readonly id: string; readonly properties: JsonObject };
};

const synthesized = new Map<string, Synthesized>();

/** An app with the settings of cdk.json. */
export function createApp(): App {
  const { context } = readObject(JSON.parse(readFileSync("cdk.json", "utf8")), "cdk.json");
  return new App({ analyticsReporting: false, context: { ...readObject(context, "context") } });
}

/** Synthesizes a stack; only the first time that a test of a file asks for it. */
export function synthesize(config: Partial<TornadeConfig> = {}): Synthesized {
  const key = JSON.stringify(config);
  const found = synthesized.get(key) ?? synthesizeAnew(config);
  synthesized.set(key, found);
  return found;
}

function synthesizeAnew(config: Partial<TornadeConfig>): Synthesized {
  const app = createApp();
  const { stackName } = new TornadeStack(app, { ...leastConfig, ...config });
  return toSynthesized(app.synth().getStackByName(stackName).template);
}

/** Looks at a template that CDK, or its command line, made. */
export function toSynthesized(given: unknown): Synthesized {
  const template = readObject(given, "template");
  const entries = Object.entries(readObject(template["Resources"], "Resources"));
  const resources = Object.fromEntries(entries.map(([id, value]) => [id, readResource(value)]));
  return {
    template,
    resources,
    ofType: (type) => Object.values(resources).filter(({ Type }) => Type === type),
    find: (type, pattern = /./u) => {
      const found = Object.entries(resources).filter(
        ([id, { Type }]) => Type === type && pattern.test(id),
      );
      const [entry] = found;
      if (entry === undefined || found.length > 1) {
        throw new Error(
          `${found.length} resources of type ${type} have ids like ${String(pattern)}`,
        );
      }
      const [id, { Properties }] = entry;
      return { id, properties: readObject(resolve(Properties, resources), "Properties") };
    },
  };
}

function readResource(value: unknown): Resource {
  const resource = readObject(value, "resource");
  const { Type, Properties = {} } = resource;
  return { Type: readText(Type, "Type"), Properties: readObject(Properties, "Properties") };
}
