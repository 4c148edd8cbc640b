import { AwsError } from "../aws-error.ts";
import type { Operation } from "../aws-json.ts";
import { asText, listOf } from "../json-reader.ts";
import { arnOf, type AwsSurroundings } from "../surroundings.ts";
import { invalidParameter } from "./ecs-errors.ts";

/** The Fargate capacity providers. */
export const allCapacityProviders = ["FARGATE", "FARGATE_SPOT"] as const;

/** Where Fargate capacity comes from. */
export type CapacityProvider = (typeof allCapacityProviders)[number];

/** A cluster and the capacity providers associated with it. */
export type Cluster = {
  readonly name: string;
  readonly arn: string;
  readonly capacityProviders: readonly CapacityProvider[];
};

/** The clusters of the account. */
export type Clusters = {
  readonly create: (name: string, capacityProviders: readonly CapacityProvider[]) => Cluster;
  /** By name or ARN; absent means `default`. @throws {AwsError} ClusterNotFoundException */
  readonly find: (nameOrArn: string | undefined) => Cluster;
  readonly operations: Readonly<Record<string, Operation>>;
};

/** An account without clusters. */
export function createClusters(surroundings: AwsSurroundings): Clusters {
  const clusters = new Map<string, Cluster>();
  const create: Clusters["create"] = (name, capacityProviders) => {
    const existing = clusters.get(name);
    if (existing) return existing;
    const cluster = { name, arn: arnOf(surroundings, "ecs", `cluster/${name}`), capacityProviders };
    clusters.set(name, cluster);
    return cluster;
  };
  return {
    create,
    find: (nameOrArn = "default") => {
      const cluster = clusters.get(nameOrArn.split("/").at(-1) ?? "");
      if (cluster && (!nameOrArn.startsWith("arn:") || nameOrArn === cluster.arn)) return cluster;
      throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    },
    operations: {
      CreateCluster: (input) => {
        const name = input.optional("clusterName", asText) ?? "default";
        const providers = input.optional("capacityProviders", listOf(asText)) ?? [];
        return { cluster: toWire(create(name, providers.map(readCapacityProvider))) };
      },
    },
  };
}

/** @throws {AwsError} when it is no Fargate capacity provider */
export function readCapacityProvider(name: string): CapacityProvider {
  const provider = allCapacityProviders.find((known) => known === name);
  if (provider) return provider;
  throw invalidParameter(`The specified capacity provider '${name}' was not found.`);
}

/** The ARN of a task of the cluster, from itself or from its id. */
export function toTaskArn(cluster: Cluster, arnOrId: string): string {
  if (arnOrId.startsWith("arn:")) return arnOrId;
  return `${cluster.arn.replace(":cluster/", ":task/")}/${arnOrId}`;
}

function toWire(cluster: Cluster): unknown {
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: "ACTIVE",
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: [],
  };
}
