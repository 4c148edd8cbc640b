import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Arn, ArnFormat, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

import type { Architecture } from "../functions/core/provider.ts";
import type { ResolvedImage } from "./resolved-config.ts";
import { dockerStage, dockerSuffix } from "./runner-image-commands.ts";
import type { RunnerImageRepository } from "./runner-image-repository.ts";
import type { RunnerTask } from "./runner-task.ts";

/** One image of one architecture, and where it is pulled from. */
export type RunnerImage = {
  readonly name: string;
  readonly architecture: Architecture;
  readonly uri: string;
  /**
   * The same image with Docker in it, for CodeBuild.
   * @default - uri
   */
  readonly dockerUri?: string;
  /** ARN of the ECR repository that it is pulled from with a role; undefined for any other registry. */
  readonly repositoryArn: string | undefined;
  /**
   * Whether it is built from a folder, so that it may not be there yet.
   * @default false
   */
  readonly isBuilt?: boolean;
};

/** Where images built from folders are pushed to. */
type ImageRepository = Pick<RunnerImageRepository, "repositoryArn" | "repositoryUri">;

/** Spreads the images of a config over their architectures; one with a folder needs the repository. */
export function toRunnerImages(
  scope: Construct,
  images: readonly ResolvedImage[],
  repository?: ImageRepository,
): readonly RunnerImage[] {
  return images.flatMap(({ name, architectures, source }) =>
    architectures.map((architecture) => ({
      name,
      architecture,
      ...(source.kind === "uri"
        ? { uri: source.uri, repositoryArn: toRepositoryArn(scope, source.uri) }
        : toBuiltImage(source.folder, currentTag(name, architecture), repository)),
    })),
  );
}

/** The tag that tasks and builds are started from; it moves when a new image passed its smoke test. */
export function currentTag(name: string, architecture: Architecture): string {
  return `current-${name}-${toSlug(architecture)}`;
}

/** How much of a folder's hash tells what it holds; a function's environment has room for 4 KB in all. */
const hashLength = 16;

/** The tag that tells whether what a folder holds has been built. */
export function contentTag(name: string, architecture: Architecture, hash: string): string {
  return `content-${name}-${toSlug(architecture)}-${hash.slice(0, hashLength)}`;
}

/** An architecture as names of AWS resources may have it. */
export function toSlug(architecture: Architecture): string {
  return architecture.toLowerCase().replace("_", "-");
}

/** The image table that the functions read from TORNADE_IMAGES: decodeImageTable is its other end. */
export function runnerImageTable(scope: Construct, tasks: readonly RunnerTask[]): string {
  const table: Record<string, Record<string, object>> = {};
  for (const { image, family } of tasks) {
    table[image.name] = {
      ...table[image.name],
      [image.architecture]: {
        taskDefinition: family,
        codeBuildImage: image.dockerUri ?? image.uri,
        ...(image.isBuilt === true && { built: true }),
      },
    };
  }
  return Stack.of(scope).toJsonString(table);
}

/** What a role needs to pull the images that are in ECR; nothing where none is. */
export function pullStatements(images: readonly RunnerImage[]): PolicyStatement[] {
  const arns = images.map(({ repositoryArn }) => repositoryArn);
  const resources = [...new Set(arns.filter((arn) => arn !== undefined))];
  if (resources.length === 0) return [];
  return [
    new PolicyStatement({
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      resources,
    }),
    // A token is of the registry as a whole: there is no narrower resource.
    new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
  ];
}

function toBuiltImage(
  folder: string,
  tag: string,
  repository: ImageRepository | undefined,
): Omit<RunnerImage, "name" | "architecture"> {
  if (repository === undefined)
    throw new Error(`image ${tag} is built from a folder, but no repository is given for it`);
  const { repositoryArn, repositoryUri } = repository;
  const uri = `${repositoryUri}:${tag}`;
  const withDocker = hasDockerStage(folder) ? { dockerUri: `${uri}${dockerSuffix}` } : {};
  return { uri, ...withDocker, repositoryArn, isBuilt: true };
}

// Fargate cannot run Docker and pulls every image anew: what it does not need is built apart.
function hasDockerStage(folder: string): boolean {
  const dockerfile = readFileSync(join(folder, "Dockerfile"), "utf8");
  return new RegExp(dockerStage, "imu").test(dockerfile);
}

const ecrUri =
  /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/(?<resourceName>[^:@]+)/u;

function toRepositoryArn(scope: Construct, uri: string): string | undefined {
  const { account, region, resourceName } = ecrUri.exec(uri)?.groups ?? {};
  if (account === undefined || region === undefined || resourceName === undefined) return undefined;
  const { partition } = Stack.of(scope);
  const parts = {
    service: "ecr",
    resource: "repository",
    resourceName,
    account,
    region,
    partition,
  };
  return Arn.format({ ...parts, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
}
