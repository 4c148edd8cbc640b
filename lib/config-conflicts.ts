import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

import { Token } from "aws-cdk-lib";

import { readLabelDefaults } from "../functions/adapters/label-defaults.ts";
import { settingNames } from "../functions/adapters/settings.ts";
import { quote, toList } from "../functions/core/label-text.ts";
import { architectures } from "../functions/core/provider.ts";
import type { AlarmsConfig, ImageConfig, NetworkConfig, TornadeConfig } from "./config.ts";
import { configDefaults } from "./config-defaults.ts";
import { toPrefix, toSecrets } from "./config-names.ts";
import { findSizeMistakes } from "./config-runner-defaults.ts";
import { setting } from "./config-setting.ts";

/** Finds the mistakes that lie between options, each of which is right by itself. */
export function findConflicts(config: TornadeConfig): readonly string[] {
  const { images = {}, defaults = {}, network = {}, alarms = {} } = config;
  return [
    ...Object.entries(images).flatMap(findSourceMistakes),
    ...findDefaultImageMistakes(config),
    ...findSizeMistakes(defaults),
    ...findForeignRepositories(config),
    ...findNetworkMistakes(network),
    ...findSecretMistakes(config),
    ...findReservedNames(config),
    ...findAlarmMistakes(alarms),
    ...findForeignArns(config),
    ...findPrefixMistakes(config),
  ];
}

function findSourceMistakes([name, { build, uri }]: [string, ImageConfig]): readonly string[] {
  const wayOut = "name a folder to build it from, or the address of an image that is ready";
  if ((build === undefined) === (uri === undefined)) {
    const got = build === undefined ? "neither" : "both";
    return [`images.${name} should have either build or uri, got ${got}; ${wayOut}`];
  }
  if (build === undefined || isFile(join(build, "Dockerfile"))) return [];
  return [
    `images.${name}.build should be a folder with a Dockerfile, got ${quote(build)}, which has none; name it as seen from where cdk runs`,
  ];
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function findDefaultImageMistakes({ images, defaults = {} }: TornadeConfig): readonly string[] {
  if (images === undefined && defaults.image === undefined) return [];
  const { image, architecture } = readLabelDefaults(defaults);
  const names = Object.keys(images ?? configDefaults.images);
  if (names.length === 0) {
    return [
      "images should name at least one image, got none; leave it out for one of tornade's own",
    ];
  }
  const name = names.find((it) => it.toLowerCase() === image);
  if (name === undefined) {
    return [
      `defaults.image should be one of images, got ${quote(image)}; use ${toList(names, "or")}, or add it`,
    ];
  }
  const allowed = images?.[name]?.architectures ?? architectures;
  if (allowed.includes(architecture)) return [];
  return [
    `defaults.arch should be an architecture of image ${quote(name)}, got ${architecture}; use ${toList(allowed, "or")}, or add it to images.${name}.architectures`,
  ];
}

function findForeignRepositories(config: TornadeConfig): readonly string[] {
  const { owners, repositoryRoles = {}, rerunInterrupted = [] } = config;
  const named = { repositoryRoles: Object.keys(repositoryRoles), rerunInterrupted };
  const served = new Set(owners.map((owner) => owner.toLowerCase()));
  return Object.entries(named).flatMap(([option, repositories]) =>
    repositories
      .filter((repository) => !served.has(repository.toLowerCase().replace(/\/.*/u, "")))
      .map(
        (repository) =>
          `a name in ${option} should be a repository of ${toList(owners, "or")}, got ${quote(repository)}; add its owner to owners, or take it out`,
      ),
  );
}

function findNetworkMistakes(network: NetworkConfig): readonly string[] {
  const { zones, vpcId, subnetIds, securityGroupId, assignPublicIp } = network;
  if (vpcId === undefined) {
    const existing = { subnetIds, securityGroupId, assignPublicIp };
    return Object.entries(existing)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => `network.${name} is of an existing VPC, got no vpcId; add network.vpcId`);
  }
  return [
    ...(subnetIds === undefined
      ? ["network.subnetIds should name subnets of the VPC, got nothing; add them beside vpcId"]
      : []),
    ...(zones === undefined
      ? []
      : [
          `network.zones is of a VPC of the stack's own, got ${zones} beside vpcId; leave one of them out`,
        ]),
  ];
}

function findSecretMistakes(config: TornadeConfig): readonly string[] {
  const { store, kmsKeyArn: _, ...names } = toSecrets(config);
  const entries = Object.entries(names);
  const twice = entries.filter(([, name], index) =>
    entries.slice(0, index).some(([, other]) => other === name),
  );
  return [
    ...twice.map(
      ([key, name]) =>
        `secrets.${key} should have a name of its own, got ${quote(name)}, which is another's; choose a different one`,
    ),
    ...entries
      // In SSM a name with parts begins with a slash; in Secrets Manager none does.
      .filter(([, name]) => name.startsWith("/") !== (store === "ssm" && name.includes("/")))
      .map(([key, name]) => {
        const slash = store === "ssm" ? "begin with /" : "begin without /";
        return `secrets.${key} should ${slash} in ${store}, got ${quote(name)}; write it as the store lists it`;
      }),
  ];
}

// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
function findReservedNames(config: TornadeConfig): readonly string[] {
  const { secrets = {}, stackName = configDefaults.stackName } = config;
  const { store, kmsKeyArn: _, ...names } = toSecrets(config);
  if (store !== "ssm") return [];
  const given = new Map<string, unknown>(Object.entries(secrets));
  const isGiven = ([key]: readonly [string, string]) => given.get(key) !== undefined;
  const reserved = Object.entries(names).filter(([, name]) => /^\/?(?:aws|ssm)/iu.test(name));
  const why = "as Parameter Store keeps such names for itself";
  return [
    ...reserved
      .filter(isGiven)
      .map(
        ([key, name]) =>
          `secrets.${key} should begin with neither aws nor ssm in ssm, got ${quote(name)}; choose another name, ${why}`,
      ),
    ...(reserved.every(isGiven)
      ? []
      : [
          `stackName should begin with neither aws nor ssm, got ${quote(stackName)}; choose another one, or give every one of secrets a name, ${why}`,
        ]),
  ];
}

function findAlarmMistakes({ topicArn, email }: AlarmsConfig): readonly string[] {
  if (topicArn === undefined || email === undefined) return [];
  return [
    "alarms should have either topicArn or email, got both; subscribe the address to the topic, and leave it out here",
  ];
}

// Neither does an alarm reach a topic of another region, nor a store a key there.
function findForeignArns({ alarms, secrets, env }: TornadeConfig): readonly string[] {
  const arns = { "alarms.topicArn": alarms?.topicArn, "secrets.kmsKeyArn": secrets?.kmsKeyArn };
  const region = env?.region;
  if (region === undefined || Token.isUnresolved(region)) return [];
  return Object.entries(arns).flatMap(([name, arn]) => {
    if (arn === undefined || Token.isUnresolved(arn) || arn.split(":")[3] === region) return [];
    const wish = `${name} should be in the region of env, ${region}`;
    return [`${wish}, got ${quote(arn)}; name one there`];
  });
}

function findPrefixMistakes(config: TornadeConfig): readonly string[] {
  if (config.runnerPrefix !== undefined) return [];
  const check = setting(
    settingNames.runnerPrefix,
    "text",
    "set it, as the stack's name cannot stand in",
  );
  return check(toPrefix(config), "runnerPrefix");
}
