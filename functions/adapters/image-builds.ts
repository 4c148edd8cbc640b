import type { WantedImage } from "../core/built-image.ts";
import { environmentTypes } from "../core/codebuild-size.ts";
import { type Architecture, architectures } from "../core/provider.ts";
import { readArray, readObject, readText } from "../core/read-json.ts";

/** How images are built from folders, as TORNADE_IMAGE_BUILDS has it. */
export type ImageBuilds = {
  /** Name of the CodeBuild project that builds all of them. */
  readonly project: string;
  /** Name of the ECR repository that has all of them. */
  readonly repository: string;
  readonly builds: readonly ImageBuild[];
};

/** One image, and how it is built. */
export type ImageBuild = WantedImage & {
  /** Where the folder is, zipped: an `s3://` URI. */
  readonly source: string;
  /** What CodeBuild runs the build in. */
  readonly buildImage: string;
};

/** Reads the setting, which the stack's constructs write. */
export function readImageBuilds(value: unknown): ImageBuilds {
  const fields = readObject(value, "image builds");
  return {
    project: readText(fields["project"], "project"),
    repository: readText(fields["repository"], "repository"),
    builds: readArray(fields["builds"], "builds").map(readImageBuild),
  };
}

/** What StartBuild takes besides the project's name; the commands of the project read the variables. */
export function toBuildOverrides({
  architecture,
  buildImage,
  source,
  currentTag,
  contentTag,
}: ImageBuild) {
  const variables = { IMAGE_SOURCE: source, CURRENT_TAG: currentTag, CONTENT_TAG: contentTag };
  return {
    environmentTypeOverride: environmentTypes[architecture],
    imageOverride: buildImage,
    environmentVariablesOverride: Object.entries(variables).map(([name, text]) => ({
      name,
      value: text,
      type: "PLAINTEXT" as const,
    })),
  };
}

function readImageBuild(value: unknown): ImageBuild {
  const fields = readObject(value, "build");
  const read = (key: string) => readText(fields[key], key);
  return {
    name: read("name").toLowerCase(),
    architecture: readArchitecture(fields["architecture"]),
    currentTag: read("currentTag"),
    contentTag: read("contentTag"),
    source: read("source"),
    buildImage: read("buildImage"),
  };
}

function readArchitecture(value: unknown): Architecture {
  const found = architectures.find((architecture) => architecture === value);
  if (found !== undefined) return found;
  throw new Error(
    `architecture should be one of ${architectures.join(", ")}, got ${JSON.stringify(value)}`,
  );
}
