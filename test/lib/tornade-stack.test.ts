import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Stack } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";

import { readObject } from "../../functions/core/read-json.ts";
import type { TornadeConfig } from "../../lib/config.ts";
import { Tornade } from "../../lib/tornade.ts";
import { TornadeStack } from "../../lib/tornade-stack.ts";
import { resolve } from "./intrinsics.ts";
import { createApp, leastConfig, synthesize, toSynthesized } from "./synthesize.ts";

const count = (config?: Partial<TornadeConfig>) => Object.keys(synthesize(config).resources).length;
const build = "runner-image";

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** What is in the files of a folder, by their names. */
function readFiles(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder);
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "base64")]));
}

describe("TornadeStack", () => {
  it("is small", () => {
    const { template, ofType } = synthesize();

    expect(count()).toBeLessThanOrEqual(95);
    expect(ofType("AWS::IAM::Role").length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(template, undefined, 1).length).toBeLessThan(200_000);
  });

  it("grows by no more than six resources with an image", () => {
    const images = { default: { build }, rust: { build } };
    expect(count({ images }) - count()).toBeLessThanOrEqual(6);
    expect(count({ images })).toBeGreaterThan(count());
  });

  it("has nothing that needs code in the account to be deployed", () => {
    const types = Object.values(synthesize().resources).map(({ Type }) => Type);
    expect(types.filter((type) => type.startsWith("Custom::"))).toEqual([]);
    expect(types).not.toContain("AWS::CloudFormation::CustomResource");
    expect(types.filter((type) => type === "AWS::Lambda::Function")).toHaveLength(4);
  });

  it("tells the address for GitHub, which the command line shows last", () => {
    const outputs = readObject(synthesize().template["Outputs"], "Outputs");
    expect(Object.keys(outputs).toSorted().at(-1)).toBe("WebhookUrl");
    expect(JSON.stringify(outputs["WebhookUrl"])).toContain("/webhook");
  });

  it("tells where images are that come from folders, and only then", () => {
    const { template, resources } = synthesize();
    const [repository = ""] = Object.entries(resources)
      .filter(([, { Type }]) => Type === "AWS::ECR::Repository")
      .map(([id]) => id);
    const outputs = readObject(template["Outputs"], "Outputs");
    expect(JSON.stringify(outputs["ImageRepository"])).toContain(repository);
    const without = synthesize({ images: { default: { uri: "ghcr.io/acme/runner:1" } } });
    expect(without.template["Outputs"]).not.toHaveProperty("ImageRepository");
  });

  it("tells the addresses of all three queues", () => {
    const stack = synthesize();
    const outputs = readObject(stack.template["Outputs"], "Outputs");
    const urls = Object.values(outputs).map((output) =>
      resolve(readObject(output, "output")["Value"], stack.resources),
    );
    const queues = Object.entries(stack.resources).filter(
      ([, { Type }]) => Type === "AWS::SQS::Queue",
    );
    expect(queues).toHaveLength(3);
    for (const [id] of queues) expect(urls).toContainEqual(expect.stringContaining(id));
  });

  it("has roles that containers and builds of this account alone may take", () => {
    const trusts = synthesize()
      .ofType("AWS::IAM::Role")
      .map(({ Properties }) => JSON.stringify(Properties["AssumeRolePolicyDocument"]))
      .filter((trust) => /ecs-tasks|codebuild/u.test(trust));
    expect(trusts).toHaveLength(3);
    for (const trust of trusts) {
      expect(trust).toContain('"Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":');
    }
  });

  it("is the same when it is synthesized again", () => {
    const again = createApp();
    const { stackName } = new TornadeStack(again, leastConfig);
    expect(again.synth().getStackByName(stackName).template).toEqual(synthesize().template);
  });

  it.each(["tornade:stack", "team"])("tags everything that can be tagged with %s", (tag) => {
    const { resources } = synthesize({ tags: { team: "builders" } });
    const untagged = Object.values(resources).filter(
      ({ Properties: { Tags: tags = {} } }) => !JSON.stringify(tags).includes(`"${tag}"`),
    );
    expect(new Set(untagged.map(({ Type }) => Type))).toEqual(
      new Set([
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::EC2::Route",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::IAM::Policy",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::Logs::QueryDefinition",
        "AWS::SQS::QueuePolicy",
      ]),
    );
  });

  it.each([
    [false, "Delete"],
    [true, "Retain"],
  ])("leaves ledger, images and logs behind if retain is %s: %s", (retain, policy) => {
    const { template } = synthesize({ retain });
    const resources = Object.values(readObject(template["Resources"], "Resources"));
    const policies = resources.flatMap((resource) => {
      const { Type, DeletionPolicy } = readObject(resource, "resource");
      const holdsData = ["AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::ECR::Repository"];
      return holdsData.includes(String(Type)) ? [DeletionPolicy] : [];
    });
    expect(policies.length).toBeGreaterThan(7);
    expect(new Set(policies)).toEqual(new Set([policy]));
    const retained = JSON.stringify(template).match(/"DeletionPolicy":"Retain"/gu) ?? [];
    expect(retained).toHaveLength(retain ? policies.length : 0);
  });

  it.each([
    ["anywhere", {}, '"arn:",{"Ref":"AWS::Partition"}'],
    ["China", { env: { account: "123456789012", region: "cn-north-1" } }, "arn:aws-cn:"],
    ["GovCloud", { env: { account: "123456789012", region: "us-gov-west-1" } }, "arn:aws-us-gov:"],
  ])("fits the partition of %s", (...[, config, prefix]) => {
    const text = JSON.stringify(synthesize(config).template);

    expect(text).toContain(prefix);
    expect(text).not.toContain("arn:aws:");
    // Services are called the same everywhere; addresses are not.
    const addresses = text.match(/[\w.-]*\.amazonaws\.com[\w.]*/gu) ?? [];
    const services = /^(?:lambda|events|ecs-tasks|codebuild|apigateway)\.amazonaws\.com$/u;
    expect(addresses.filter((address) => !services.test(address))).toEqual([]);
  });

  it.each([
    ["two zones, which every account sees in us-west-1 too", {}, 2],
    ["as many zones as the config says", { network: { zones: 4 } }, 4],
  ])("has %s", (...[, config, zones]) => {
    const env = { account: "123456789012", region: "us-west-1" };
    expect(synthesize({ ...config, env }).ofType("AWS::EC2::Subnet")).toHaveLength(zones);
    expect(synthesize(config).ofType("AWS::EC2::Subnet")).toHaveLength(zones);
  });

  it("has no more than 50 tags on anything with as many of the operator's as are taken", () => {
    const names = Array.from({ length: 48 }, (_, index) => `tag${index}`);
    const { resources } = synthesize({ tags: Object.fromEntries(names.map((name) => [name, ""])) });
    const counts = Object.values(resources).map(
      ({ Properties }) => Object.keys(Properties["Tags"] ?? {}).length,
    );
    expect(Math.max(...counts)).toBe(50);
  });

  it("can stand beside another one in the same account and region", () => {
    const physical =
      /^(?:\w*Group|Queue|Table|Project|Cluster|Repository|Role|Rule|Function)?Name$|^Family$/u;
    const namesOf = (stackName: string) =>
      Object.values(synthesize({ stackName }).resources).flatMap(({ Properties }) =>
        Object.entries(Properties).flatMap(([key, value]) =>
          physical.test(key) && typeof value === "string" ? [value] : [],
        ),
      );
    const names = namesOf("tornade-eu").filter((name) => name !== "$default");
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => namesOf("tornade-us").includes(name))).toEqual([]);
  });

  it("runs the bundles of npm run build, byte for byte", () => {
    const app = createApp();
    const { tornade, stackName } = new TornadeStack(app, leastConfig);
    const { directory } = app.synth();
    const functions = toSynthesized(readJson(join(directory, `${stackName}.template.json`))).ofType(
      "AWS::Lambda::Function",
    );
    const bundles = functions.map(({ Properties }) => {
      const { S3Key: key } = readObject(Properties["Code"], "Code");
      return readFiles(join(directory, `asset.${String(key).replace(".zip", "")}`));
    });
    const { receiveWebhook, launchRunner, followRunner, reconcile } = tornade.dispatcher;
    const names = [receiveWebhook, launchRunner, followRunner, reconcile].map(
      ({ node }) => node.id,
    );
    expect(bundles).toEqual(names.map((name) => readFiles(join("dist", name))));
  });
});

describe("Tornade", () => {
  it("works in a stack of somebody else's, named after it", () => {
    const app = createApp();
    const stack = new Stack(app, "Platform");
    const tornade = new Tornade(stack, "Runners", leastConfig);
    const { resources } = toSynthesized(app.synth().getStackByName("Platform").template);

    expect(Object.keys(resources)).toHaveLength(count());
    expect(tornade.config.secrets.appId).toBe("/Platform/app-id");
    expect(tornade.config.runnerPrefix).toBe("platform");
    expect(stack.resolve(tornade.webhookUrl)).toHaveProperty("Fn::Join");
  });
});
