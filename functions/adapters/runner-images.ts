import type { ImageName } from "../core/built-image.ts";
import { readFlag, readObject, readOptional, readText } from "../core/read-json.ts";
import { type Architecture, architectures } from "../core/provider.ts";

/** Where one image of one architecture is. */
export type RunnerImage = {
  /** Family of the ECS task definition that runs it on Fargate. */
  readonly taskDefinition?: string;
  /** Image URI for CodeBuild. */
  readonly codeBuildImage?: string;
  /** Whether reconcile has it built from a folder, so that it may not be there yet. */
  readonly isBuilt?: boolean;
};

/** What `image=` may name, by architecture. */
export type RunnerImages = ReadonlyMap<
  string,
  Readonly<Partial<Record<Architecture, RunnerImage>>>
>;

/** Reads the image table: `{ "default": { "X86_64": { "taskDefinition": "…", "codeBuildImage": "…" } } }`. */
export function readRunnerImages(value: unknown): RunnerImages {
  const table = Object.entries(readObject(value, "images"));
  return new Map(table.map(([name, entry]) => [name.toLowerCase(), readImages(name, entry)]));
}

/** The images that reconcile has built. */
export function listBuiltImages(images: RunnerImages): readonly ImageName[] {
  return [...images].flatMap(([name, entry]) =>
    architectures.flatMap((architecture) =>
      entry[architecture]?.isBuilt === true ? [{ name, architecture }] : [],
    ),
  );
}

function readImages(
  name: string,
  value: unknown,
): Readonly<Partial<Record<Architecture, RunnerImage>>> {
  const entry = readObject(value, `image '${name}'`);
  const images: Partial<Record<Architecture, RunnerImage>> = {};
  for (const architecture of architectures) {
    const image = readOptional(entry[architecture], (given) => readImage(given, name));
    if (image !== undefined) images[architecture] = image;
  }
  return images;
}

function readImage(value: unknown, name: string): RunnerImage {
  const fields = readObject(value, `image '${name}'`);
  const read = (key: string) =>
    readOptional(fields[key], (text) => readText(text, `${key} of image '${name}'`));
  const taskDefinition = read("taskDefinition");
  const codeBuildImage = read("codeBuildImage");
  const built = readOptional(fields["built"], (flag) => readFlag(flag, `built of image '${name}'`));
  return {
    ...(taskDefinition === undefined ? {} : { taskDefinition }),
    ...(codeBuildImage === undefined ? {} : { codeBuildImage }),
    ...(built === true ? { isBuilt: true } : {}),
  };
}
