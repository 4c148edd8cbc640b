import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  StartBuildCommand,
} from "@aws-sdk/client-codebuild";
import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";

import type { ImageRegistry } from "../core/build-images.ts";
import { findImage, type WantedImage } from "../core/built-image.ts";
import { createAwsClient } from "./aws-client.ts";
import { type ImageBuilds, toBuildOverrides } from "./image-builds.ts";
import type { Surroundings } from "./surroundings.ts";

/** The images in one ECR repository, built by one CodeBuild project. */
export function createImageRegistry(
  surroundings: Surroundings,
  images: ImageBuilds,
): ImageRegistry {
  const registry = createAwsClient(ECRClient, surroundings);
  const codeBuild = createAwsClient(CodeBuildClient, surroundings);
  return {
    findTags: async (tag) => findTags(registry, { repository: images.repository, tag }),
    startBuild: async (image, token) => startBuild(codeBuild, { images, image, token }),
    readBuild: async (buildId) => {
      const { builds = [] } = await codeBuild.send(new BatchGetBuildsCommand({ ids: [buildId] }));
      const isRunning = builds[0]?.buildStatus === "IN_PROGRESS";
      return { isRunning, outcome: describeOutcome(builds[0]) };
    },
  };
}

async function findTags(
  client: ECRClient,
  { repository, tag }: { repository: string; tag: string },
): Promise<readonly string[] | undefined> {
  const command = new DescribeImagesCommand({
    repositoryName: repository,
    imageIds: [{ imageTag: tag }],
  });
  try {
    const { imageDetails = [] } = await client.send(command);
    return imageDetails[0]?.imageTags;
  } catch (error) {
    if (error instanceof Error && error.name === "ImageNotFoundException") return undefined;
    throw error;
  }
}

async function startBuild(
  client: CodeBuildClient,
  { images, image, token }: { images: ImageBuilds; image: WantedImage; token: string },
): Promise<{ readonly buildId: string }> {
  const wanted = findImage(images.builds, image);
  if (wanted === undefined) throw new Error(`nothing is known of how to build ${image.currentTag}`);
  const command = new StartBuildCommand({
    projectName: images.project,
    ...toBuildOverrides(wanted),
    idempotencyToken: token,
  });
  const { build } = await client.send(command);
  if (build?.id === undefined) throw new Error("StartBuild returned no build");
  return { buildId: build.id };
}

/** Longest message of a phase that is told; the build's own log has all of it. */
const longestMessage = 300;

function describeOutcome(build: Build | undefined): string {
  if (build === undefined) return "the build is not known any more";
  const { buildStatus = "unknown", phases = [] } = build;
  const failed = phases.find(({ phaseStatus = "SUCCEEDED" }) => phaseStatus !== "SUCCEEDED");
  const message = failed?.contexts?.[0]?.message ?? "";
  return message === "" ? buildStatus : `${buildStatus}: ${message.slice(0, longestMessage)}`;
}
