import type { ImageName } from "../core/built-image.ts";
import { readFlag, readObject, readOptional, readText } from "../core/read-json.ts";
import { type Architecture, architectures } from "../core/provider.ts";

/** Where one image of one architecture is. */
export type ImagePlace = {
  /** Family of the ECS task definition that runs it on Fargate. */
  readonly taskDefinition?: string;
  /** Image URI for CodeBuild. */
  readonly codeBuildImage?: string;
  /** Whether reconcile has it built from a folder, so that it may not be there yet. */
  readonly isBuilt?: boolean;
};

type ImagePlaces = Readonly<Partial<Record<Architecture, ImagePlace>>>;

/** What `image=` may name, in lower case, and where each image is. */
export type ImageTable = ReadonlyMap<string, ImagePlaces>;

/** Reads the image table: `{ "default": { "X86_64": { "taskDefinition": "…", "codeBuildImage": "…" } } }`. */
export function decodeImageTable(value: unknown): ImageTable {
  const table = Object.entries(readObject(value, "images"));
  return new Map(table.map(([name, entry]) => [name.toLowerCase(), readPlaces(name, entry)]));
}

/** The images that reconcile has built. */
export function listBuiltImages(images: ImageTable): readonly ImageName[] {
  return [...images].flatMap(([name, entry]) =>
    architectures.flatMap((architecture) =>
      entry[architecture]?.isBuilt === true ? [{ name, architecture }] : [],
    ),
  );
}

function readPlaces(name: string, value: unknown): ImagePlaces {
  const entry = readObject(value, `image '${name}'`);
  const places: Partial<Record<Architecture, ImagePlace>> = {};
  for (const architecture of architectures) {
    const place = readOptional(entry[architecture], (given) => readPlace(given, name));
    if (place !== undefined) places[architecture] = place;
  }
  return places;
}

function readPlace(value: unknown, name: string): ImagePlace {
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
