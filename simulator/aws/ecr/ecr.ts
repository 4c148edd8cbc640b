import { AwsError, nullMember } from "../aws-error.ts";
import type { AwsJsonService } from "../aws-json.ts";
import { asObject, asText, listOf, type JsonReader } from "../json-reader.ts";
import { randomHex, toEpochSeconds, type AwsSurroundings } from "../surroundings.ts";

/** Simulated Elastic Container Registry. */
export type Ecr = {
  readonly service: AwsJsonService;
  readonly createRepository: (name: string) => void;
  /** Pushes a new image; its tags leave the images that had them. */
  readonly push: (repository: string, tags: readonly string[]) => void;
  /** Takes a tag away from the image that has it. */
  readonly untag: (repository: string, tag: string) => void;
};

type Image = {
  readonly digest: string;
  readonly pushedAt: number;
  readonly tags: Set<string>;
};

type Registry = {
  readonly surroundings: AwsSurroundings;
  readonly repositories: Map<string, Image[]>;
};

/** The registry of one account and region, without repositories at first. */
export function createEcr(surroundings: AwsSurroundings): Ecr {
  const registry: Registry = { surroundings, repositories: new Map() };
  const untag = (repository: string, tag: string): void => {
    for (const { tags } of findRepository(registry, repository)) tags.delete(tag);
  };
  return {
    service: {
      targetPrefix: "AmazonEC2ContainerRegistry_V20150921",
      jsonVersion: "1.1",
      missing: (path) => new AwsError("InvalidParameterException", nullMember(path)),
      operations: { DescribeImages: (input) => describeImages(registry, input) },
    },
    createRepository: (name) => {
      registry.repositories.set(name, []);
    },
    push: (repository, tags) => {
      for (const tag of tags) untag(repository, tag);
      findRepository(registry, repository).push(createImage(surroundings, tags));
    },
    untag,
  };
}

function createImage({ timeline, random }: AwsSurroundings, tags: readonly string[]): Image {
  const digest = `sha256:${randomHex(random, 64)}`;
  return { digest, pushedAt: timeline.now(), tags: new Set(tags) };
}

function findRepository({ repositories, surroundings }: Registry, name: string): Image[] {
  const images = repositories.get(name);
  if (images !== undefined) return images;
  throw new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${name}' does not exist in the registry with id '${surroundings.accountId}'`,
  );
}

function describeImages(registry: Registry, input: JsonReader): unknown {
  const repository = input.required("repositoryName", asText);
  const images = findRepository(registry, repository);
  const ids = input.optional("imageIds", listOf(asObject));
  const found = ids?.map((id) => findImage(registry, { repository, images, id })) ?? images;
  return {
    imageDetails: [...new Set(found)].map(({ digest, pushedAt, tags }) => ({
      registryId: registry.surroundings.accountId,
      repositoryName: repository,
      imageDigest: digest,
      imagePushedAt: toEpochSeconds(pushedAt),
      ...(tags.size > 0 && { imageTags: [...tags] }),
    })),
  };
}

// One that is not there fails the whole request.
function findImage(
  { surroundings }: Registry,
  given: {
    readonly repository: string;
    readonly images: readonly Image[];
    readonly id: JsonReader;
  },
): Image {
  const digest = given.id.optional("imageDigest", asText);
  const tag = given.id.optional("imageTag", asText);
  const image = given.images.find(
    (one) => (digest ?? one.digest) === one.digest && (tag === undefined || one.tags.has(tag)),
  );
  if (image !== undefined) return image;
  throw new AwsError(
    "ImageNotFoundException",
    `The image with imageId {imageDigest:'${digest ?? "null"}', imageTag:'${tag ?? "null"}'} does not exist within the repository with name '${given.repository}' in the registry with id '${surroundings.accountId}'`,
  );
}
