import { asBoolean, asInteger, asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { readCapacityProvider, type Cluster, type Clusters } from "./clusters.ts";
import type { StrategyItem } from "./capacity-provider-strategy.ts";
import { readNameValues, type NameValue } from "./name-value.ts";
import type { TaskDefinition, TaskDefinitions } from "./task-definitions.ts";

/** What one RunTask asks for, with the things it names looked up. */
export type RunTaskRequest = {
  readonly cluster: Cluster;
  readonly definition: TaskDefinition;
  readonly count: number;
  readonly launchType: string | undefined;
  readonly strategy: readonly StrategyItem[];
  readonly network: NetworkConfiguration | undefined;
  readonly overrides: TaskOverrides;
  readonly tags: readonly Tag[];
  readonly startedBy: string | undefined;
  readonly group: string;
  readonly clientToken: string | undefined;
  readonly propagateTags: string | undefined;
  readonly enableExecuteCommand: boolean;
};

/** Where the task's network interface goes. */
export type NetworkConfiguration = {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: string;
};

/** What a task changes in its task definition. */
export type TaskOverrides = {
  /** As received, to be given back and to be measured. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly ephemeralStorageGiB: number | undefined;
  readonly containers: readonly ContainerOverride[];
};

/** One tag; its value may be empty. */
export type Tag = { readonly key: string; readonly value: string };

type ContainerOverride = { readonly name: string; readonly environment: readonly NameValue[] };

/** Decodes RunTask and finds cluster and task definition; the rules are checked afterwards. */
export function readRunTaskRequest(
  input: JsonReader,
  known: { readonly clusters: Clusters; readonly definitions: TaskDefinitions },
): RunTaskRequest {
  const cluster = known.clusters.find(input.optional("cluster", asText));
  const definition = known.definitions.find(input.required("taskDefinition", asText));
  return {
    cluster,
    definition,
    count: input.optional("count", asInteger) ?? 1,
    launchType: input.optional("launchType", asText),
    strategy: (input.optional("capacityProviderStrategy", listOf(asObject)) ?? []).map(readItem),
    network: readNetwork(input.optional("networkConfiguration", asObject)),
    overrides: readOverrides(input.optional("overrides", asObject)),
    tags: (input.optional("tags", listOf(asObject)) ?? []).map(readTag),
    startedBy: input.optional("startedBy", asText),
    group: input.optional("group", asText) ?? `family:${definition.family}`,
    clientToken: input.optional("clientToken", asText),
    propagateTags: input.optional("propagateTags", asText),
    enableExecuteCommand: input.optional("enableExecuteCommand", asBoolean) ?? false,
  };
}

function readItem(item: JsonReader): StrategyItem {
  return {
    provider: readCapacityProvider(item.required("capacityProvider", asText)),
    weight: item.optional("weight", asInteger) ?? 0,
    base: item.optional("base", asInteger) ?? 0,
  };
}

function readNetwork(input: JsonReader | undefined): NetworkConfiguration | undefined {
  const vpc = input?.optional("awsvpcConfiguration", asObject);
  return (
    vpc && {
      subnets: vpc.optional("subnets", listOf(asText)) ?? [],
      securityGroups: vpc.optional("securityGroups", listOf(asText)) ?? [],
      assignPublicIp: vpc.optional("assignPublicIp", asText) ?? "DISABLED",
    }
  );
}

function readOverrides(input: JsonReader | undefined): TaskOverrides {
  const storage = input?.optional("ephemeralStorage", asObject);
  const containers = input?.optional("containerOverrides", listOf(asObject)) ?? [];
  return {
    raw: input?.raw ?? {},
    cpu: input?.optional("cpu", asText),
    memory: input?.optional("memory", asText),
    ephemeralStorageGiB: storage?.required("sizeInGiB", asInteger),
    containers: containers.map((container) => ({
      name: container.optional("name", asText) ?? "",
      environment: readNameValues(container, "environment"),
    })),
  };
}

function readTag(tag: JsonReader): Tag {
  return { key: tag.optional("key", asText) ?? "", value: tag.optional("value", asText) ?? "" };
}
