import type { Architecture } from "./provider.ts";

/** Names one image of the image table that is built from a folder. */
export type ImageName = { readonly name: string; readonly architecture: Architecture };

/** An image that has to be in the registry. */
export type WantedImage = ImageName & {
  /** The tag that runners are started from. */
  readonly currentTag: string;
  /** A second tag of the same image where that was built from what the folder holds now. */
  readonly contentTag: string;
};

/** What is known of an image. Times are milliseconds since the epoch. */
export type BuiltImage = ImageName & {
  /** What was wanted when it was last looked at. */
  readonly contentTag: string;
  /** Whether runners can be started from it, be it from older content. */
  readonly isThere: boolean;
  /** How many builds of this content have failed. */
  readonly failures: number;
  readonly state: BuildState;
};

/** `built` when it was last seen with the wanted content, or `missing`, to be built from a time on. */
export type BuildState =
  | { readonly kind: "built"; readonly seenAt: number }
  | { readonly kind: "building"; readonly buildId: string }
  | { readonly kind: "missing"; readonly buildAt: number };

/** The image of that name among several; names are in lower case. */
export function findImage<Image extends ImageName>(
  images: readonly Image[],
  { name, architecture }: ImageName,
): Image | undefined {
  return images.find((image) => image.name === name && image.architecture === architecture);
}
